import { type RuleCode, ruleOf } from './rules/catalogue.ts'

/**
 * One broken rule of an invoice: where (RFC 6901 pointer), which rule, and in words what would be right. Values are
 * never echoed.
 */
export interface Violation {
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

/** Called by a rule that is broken, with the place. Pointers are built only for this call. */
export type Report = (code: RuleCode, pointer: string) => void

/** The violation of a rule. `detail` is the meaning of the rule, so it cannot hold a value. */
export function violation(code: RuleCode, pointer: string): Violation {
  return { pointer, code, detail: ruleOf(code).meaning }
}
