import { pointerStep } from './pointer.ts'
import type { RuleCode } from './rules/catalogue.ts'

/** The first fault of a text that is not strict JSON, and the pointer to the value or member that it is in. */
export interface Fault {
  readonly code: RuleCode
  readonly pointer: string
}

/** An open object or array: the pointer step to what is being read, and the names that an object has so far. */
interface Level {
  readonly names: Set<string> | undefined
  step: string | number
}

/**
 * Finds the first fault, reading from the start. Runs only for bodies that have one, so it may be slow; it keeps its
 * own stack, so depth cannot overflow the engine's.
 */
export function locateFault(text: string, maxDepth: number): Fault {
  const levels: Level[] = []
  const fault = (code: RuleCode): Fault => ({ code, pointer: levels.map(({ step }) => pointerStep(step)).join('') })
  let at = 0
  /** What may come next: a value, an array's first value or end, a member or end, a member, or what follows a value. */
  let expected: 'value' | 'first' | 'nameOrEnd' | 'name' | 'after' = 'value'

  const token = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }

  for (;;) {
    token(WHITESPACE)
    const level = levels.at(-1)
    const next = text[at]
    if (expected === 'after') {
      if (level === undefined) return fault('not-json') // text after the value, or a fault that only the engine sees
      at++
      if (next === ',') {
        if (level.names === undefined) level.step = (level.step as number) + 1
        expected = level.names === undefined ? 'value' : 'name'
      } else if (next === (level.names === undefined ? ']' : '}')) levels.pop()
      else return fault('not-json')
    } else if (next === '}' && expected === 'nameOrEnd') {
      at++
      levels.pop()
      expected = 'after'
    } else if (level?.names !== undefined && expected !== 'value') {
      const name = stringOf(token(STRING))
      if (name === undefined || token(COLON) === undefined) return { ...fault('not-json'), pointer: parentOf(levels) }
      level.step = name
      if (!name.isWellFormed()) return fault('lone-surrogate')
      if (level.names.has(name)) return fault('duplicate-member')
      level.names.add(name)
      expected = 'value'
    } else if (next === '{' || next === '[') {
      if (levels.length >= maxDepth) return fault('too-deep')
      at++
      levels.push(next === '{' ? { names: new Set(), step: '' } : { names: undefined, step: 0 })
      expected = next === '{' ? 'nameOrEnd' : 'first'
    } else if (next === ']' && expected === 'first') {
      at++
      levels.pop()
      expected = 'after'
    } else {
      const code = next === '"' ? faultOfString(token(STRING)) : token(WORD) ? undefined : faultOfNumber(token(NUMBER))
      if (code !== undefined) return fault(code)
      expected = 'after'
    }
  }
}

function faultOfString(token: string | undefined): RuleCode | undefined {
  const text = stringOf(token)
  if (text === undefined) return 'not-json'
  return text.isWellFormed() ? undefined : 'lone-surrogate'
}

function faultOfNumber(token: string | undefined): RuleCode | undefined {
  if (token === undefined) return 'not-json'
  if (/[.eE]|^-0$/.test(token)) return 'number-not-integer'
  return Number.isSafeInteger(Number(token)) ? undefined : 'number-too-large'
}

const WHITESPACE = /[ \t\n\r]*/y
const COLON = /[ \t\n\r]*:/y
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/suy
const WORD = /true|false|null/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

function parentOf(levels: readonly Level[]): string {
  return levels
    .slice(0, -1)
    .map(({ step }) => pointerStep(step))
    .join('')
}

/** The value of a string token; undefined if it is not a valid string (a bad escape, a control character). */
function stringOf(token: string | undefined): string | undefined {
  if (token === undefined) return undefined
  try {
    return JSON.parse(token)
  } catch {
    return undefined
  }
}
