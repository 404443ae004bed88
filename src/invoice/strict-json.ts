import { type Buffer, isAscii, isUtf8 } from 'node:buffer'
import { type Fault, locateFault } from './strict-json-fault.ts'

export interface StrictJsonLimits {
  /** How many objects and arrays may be open at once. */
  readonly maxDepth: number
}

export type StrictJson =
  | {
      readonly kind: 'value'
      readonly value: unknown
      /** False: no text and no name holds U+0000. True: one may. */
      readonly mayHoldNul: boolean
    }
  | { readonly kind: 'malformed'; readonly fault: Fault }

/**
 * Parses a body as JSON that every parser reads alike (RFC 8259, and nearly RFC 7493): valid UTF-8 without a byte order
 * mark, no half of a surrogate pair in a text or name, no member name twice in one object however it is escaped, at
 * most `maxDepth` levels, and every number an integer of at most 2^53 - 1 without fraction, exponent or negative zero.
 * Anything else is `malformed`, with a pointer to the first fault and no part of the body.
 *
 * One pass over the bytes checks depth and numbers, looks for escapes of surrogates and of U+0000 (in valid UTF-8,
 * lone surrogates can only be escapes; in JSON, U+0000 can only be one), and counts the colons outside strings: one for
 * each member. V8 keeps only the last of two members with the same name, so a parsed value with fewer members had a
 * duplicate. The place of a fault is searched for only when there is one. `__proto__` is an ordinary member and changes
 * no prototype.
 */
export function parseStrictJson(body: Buffer, limits: StrictJsonLimits): StrictJson {
  const ascii = isAscii(body)
  if (!ascii && !isUtf8(body)) return { kind: 'malformed', fault: { code: 'invalid-utf8', pointer: '' } }
  if (!ascii && body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf)
    return { kind: 'malformed', fault: { code: 'byte-order-mark', pointer: '' } }

  const text = body.toString(ascii ? 'latin1' : 'utf8')
  const found = scan(body, limits.maxDepth)
  if (found !== undefined) {
    const value = parse(text)
    const { members, mayHoldSurrogate, mayHoldNul } = found
    if (value !== NOT_JSON && membersOf(value) === members && (!mayHoldSurrogate || isWellFormed(value)))
      return { kind: 'value', value, mayHoldNul }
  }
  return { kind: 'malformed', fault: locateFault(text, limits.maxDepth) }
}

const FAULT = -1
const NOT_JSON = Symbol('not JSON')

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return NOT_JSON
  }
}

/** How many members all objects in a parsed value have. Its depth is bounded already. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let members = 0
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === 'object') members += membersOf(element)
    return members
  }
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name]
    members += typeof member === 'object' ? 1 + membersOf(member) : 1
  }
  return members
}

/** Whether no text and no name in a parsed value has half of a surrogate pair. Its depth is bounded already. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isWellFormed)
  return Object.entries(value).every(([name, member]) => name.isWellFormed() && isWellFormed(member))
}

interface Scan {
  readonly members: number
  readonly mayHoldSurrogate: boolean
  readonly mayHoldNul: boolean
}

/**
 * How many members a JSON text has and what its escapes may stand for, or undefined when a number or the depth needs a
 * closer look. For a text that is not JSON the result means nothing: `JSON.parse` refuses that text.
 */
function scan(body: Uint8Array, maxDepth: number): Scan | undefined {
  let depth = 0
  let members = 0
  let mayHoldSurrogate = false
  let mayHoldNul = false
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] as number
    if (byte === 0x22) {
      for (i++; i < body.length && body[i] !== 0x22; i++) {
        if (body[i] !== 0x5c || body[++i] !== 0x75) continue
        const digit = body[i + 1]
        if (digit === 0x64 || digit === 0x44)
          mayHoldSurrogate = true // d or D
        else if (digit === 0x30 && isZeros(body, i + 2)) mayHoldNul = true
      }
    } else if (byte === 0x3a) {
      members++
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxDepth) return undefined
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--
    } else if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
      i = endOfInteger(body, i)
      if (i === FAULT) return undefined
    }
  }
  return { members, mayHoldSurrogate, mayHoldNul }
}

/** Whether the three digits at `start` are zeros. */
function isZeros(body: Uint8Array, start: number): boolean {
  return body[start] === 0x30 && body[start + 1] === 0x30 && body[start + 2] === 0x30
}

/** Index of the last digit of the integer that begins at `start`, or FAULT when it is not a safe integer. */
function endOfInteger(body: Uint8Array, start: number): number {
  const isNegative = body[start] === 0x2d
  const first = isNegative ? start + 1 : start
  let i = first
  let magnitude = 0
  for (; i < body.length; i++) {
    const byte = body[i] as number
    if (byte < 0x30 || byte > 0x39) {
      if (byte === 0x2e || byte === 0x65 || byte === 0x45) return FAULT
      break
    }
    magnitude = magnitude * 10 + (byte - 0x30)
  }
  return magnitude > Number.MAX_SAFE_INTEGER || (isNegative && magnitude === 0) ? FAULT : i - 1
}
