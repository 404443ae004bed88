import { type RuleCode, ruleOf } from './rules/catalogue.ts'
import type { Violation } from './violation.ts'

/** How a rule says that it is broken, and where. Pointers are built only when there is something to say. */
export type Report = (code: RuleCode, pointer: string) => void

/** The violation that a broken rule makes; `detail` is the meaning of the rule, so no value can be in it. */
export function violation(code: RuleCode, pointer: string): Violation {
  return { pointer, code, detail: ruleOf(code).meaning }
}
