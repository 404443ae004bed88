import { type Buffer, isAscii, isUtf8 } from 'node:buffer'
import type { RuleCode } from './rules/catalogue.ts'
import { locateFault } from './strict-json-fault.ts'
import { type Violation, violation } from './violation.ts'

export interface StrictJsonLimits {
  /** How many objects and arrays may be open at once. */
  readonly maxDepth: number
}

export type StrictJson =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'malformed'; readonly detail: string; readonly errors: readonly Violation[] }

/**
 * Parses a body as JSON that every parser reads alike (RFC 8259, and nearly RFC 7493): valid UTF-8 without a byte order
 * mark, no member name twice in one object however it is escaped, at most `maxDepth` levels, and every number an
 * integer of at most 2^53 - 1 without fraction, exponent or negative zero. Anything else is `malformed`, with a
 * pointer to the first fault and no part of the body.
 *
 * One pass over the bytes checks depth and numbers, and counts the colons outside strings: one for each member. V8
 * keeps only the last of two members with the same name, so a parsed value with fewer members had a duplicate. The
 * place of a fault is searched for only when there is one. `__proto__` is an ordinary member and changes no prototype.
 */
export function parseStrictJson(body: Buffer, limits: StrictJsonLimits): StrictJson {
  const ascii = isAscii(body)
  if (!ascii && !isUtf8(body)) return malformed('invalid-utf8')
  if (!ascii && body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return malformed('byte-order-mark')

  const text = body.toString(ascii ? 'latin1' : 'utf8')
  const members = countMembers(body, limits.maxDepth)
  if (members !== FAULT) {
    const value = parse(text)
    if (value !== NOT_JSON && membersOf(value) === members) return { kind: 'value', value }
  }
  const { code, pointer } = locateFault(text, limits.maxDepth)
  return malformed(code, pointer)
}

const FAULT = -1
const NOT_JSON = Symbol('not JSON')

function malformed(code: RuleCode, pointer = ''): StrictJson {
  const error = violation(code, pointer)
  return { kind: 'malformed', detail: error.detail, errors: [error] }
}

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

/**
 * How many members a JSON text has, or FAULT when a number or the depth needs a closer look. For a text that is not
 * JSON the result means nothing: `JSON.parse` refuses that text.
 */
function countMembers(body: Uint8Array, maxDepth: number): number {
  let depth = 0
  let members = 0
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] as number
    if (byte === 0x22) {
      for (i++; i < body.length && body[i] !== 0x22; i++) if (body[i] === 0x5c) i++
    } else if (byte === 0x3a) {
      members++
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxDepth) return FAULT
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--
    } else if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
      i = endOfInteger(body, i)
      if (i === FAULT) return FAULT
    }
  }
  return members
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
