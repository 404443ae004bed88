import { shortPointer } from './pointer.ts'
import { type RuleCode, ruleOf } from './rules/catalogue.ts'

/**
 * One broken rule of an invoice: where (RFC 6901 pointer), which rule, and in words what would be right. What was sent
 * is never echoed. `expected` is the right amount, computed from the other members, in minor units.
 */
export interface Violation {
  readonly pointer: string
  readonly code: string
  readonly detail: string
  readonly expected?: number
}

/** What would be right: an amount or, where more than one is, in words. */
export type Expected = number | string

/** Called by a rule that is broken, with the place and what would be right there. Pointers are built only for this. */
export type Report = (code: RuleCode, pointer: string, expected?: Expected) => void

/**
 * The violation of a rule. `detail` is the meaning of the rule, so it cannot hold a value that was sent. It also has what
 * is expected, if that is in words.
 */
export function violation(code: RuleCode, place: string, expected?: Expected): Violation {
  const pointer = shortPointer(place)
  const { meaning } = ruleOf(code)
  if (typeof expected === 'string') return { pointer, code, detail: `${meaning} Expected: ${expected}.` }
  if (expected === undefined || !Number.isSafeInteger(expected)) return { pointer, code, detail: meaning }
  // Plus 0: an amount is never -0.
  return { pointer, code, detail: meaning, expected: expected + 0 }
}

/** What is expected where all amounts from `low` to `high` are right. */
export function fromTo(low: number, high: number): Expected {
  return low === high ? low : `from ${low + 0} to ${high + 0}`
}
