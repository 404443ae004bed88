import { type RuleCode, ruleOf } from './rules/catalogue.ts'

/** One broken rule of an invoice: where (RFC 6901 pointer), which rule, in words. Values are never echoed. */
export interface Violation {
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

/** How a rule says that it is broken, and where. Pointers are built only when there is something to say. */
export type Report = (code: RuleCode, pointer: string) => void

/** The violation that a broken rule makes; `detail` is the meaning of the rule, so no value can be in it. */
export function violation(code: RuleCode, pointer: string): Violation {
  return { pointer, code, detail: ruleOf(code).meaning }
}
