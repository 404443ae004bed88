import type { ValidationResult } from '../../src/invoice/validate.ts'
import type { Wanted } from './reported.ts'
import type { Refusal, WorldCase } from './world-case.ts'

const STATUS = { valid: 201, malformed: 400, invalid: 422 } as const

/** A violation as an answer has it: what would be right is an amount, or is in words at the end of the detail. */
export interface Violation extends Refusal {
  readonly detail?: string
}

/** What an invoice got, one fact a line: the status, then each violation with what would be right. */
export function outcome({ status, violations = [] }: { status: number; violations?: readonly Violation[] }): string[] {
  const lines = violations.map((violation) => {
    const { pointer, code, detail = '' } = violation
    const expected = violation.expected ?? / Expected: (.*)\.$/.exec(detail)?.[1]
    return expected === undefined ? `${pointer}: ${code}` : `${pointer}: ${code}, right is ${expected}`
  })
  return [String(status), ...lines]
}

/** What the gateway would answer after this verdict. */
export function outcomeOfVerdict(verdict: ValidationResult): string[] {
  const violations = verdict.kind === 'valid' ? [] : verdict.errors
  return outcome({ status: STATUS[verdict.kind], violations })
}

/** What a receipt should get. */
export function wantedOf({ refused }: WorldCase): Wanted {
  return refused === undefined ? { status: 201 } : { status: 422, violations: refused }
}

/** What became of one case. */
export interface CaseResult {
  /** The file, or the name of the receipt. */
  readonly name: string
  /** How it was sent. */
  readonly sent: string
  readonly wanted: readonly string[]
  readonly got: readonly string[]
  readonly verdict: 'right' | 'wrong' | 'not run'
}

export function resultOf(name: string, sent: string, wanted: readonly string[], got: readonly string[]): CaseResult {
  const isRight = wanted.length === got.length && wanted.every((line, i) => line === got[i])
  return { name, sent, wanted, got, verdict: isRight ? 'right' : 'wrong' }
}
