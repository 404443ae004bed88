import { type RuleCode, ruleOf } from './rules/catalogue.ts'

/**
 * One broken rule of an invoice: where (RFC 6901 pointer), which rule, and in words what would be right. What was sent
 * is never echoed. `expected` is the right value, computed from the other members: an amount in minor units, or a text
 * where more than one value is right.
 */
export interface Violation {
  readonly pointer: string
  readonly code: string
  readonly detail: string
  readonly expected?: number | string
}

/** Called by a rule that is broken, with the place and what would be right there. Pointers are built only for this. */
export type Report = (code: RuleCode, pointer: string, expected?: number | string) => void

/** The violation of a rule. `detail` is the meaning of the rule, so it cannot hold a value. */
export function violation(code: RuleCode, pointer: string, expected?: number | string): Violation {
  const detail = ruleOf(code).meaning
  if (typeof expected === 'string') return { pointer, code, detail, expected }
  // Plus 0: an amount is never -0.
  if (expected !== undefined && Number.isSafeInteger(expected)) return { pointer, code, detail, expected: expected + 0 }
  return { pointer, code, detail }
}

/** `expected` where all amounts from `low` to `high` are right. */
export function fromTo(low: number, high: number): number | string {
  return low === high ? low : `from ${low} to ${high}`
}
