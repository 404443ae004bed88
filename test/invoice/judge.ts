import { type ValidationResult, validateInvoice } from '../../src/invoice/validate.ts'
import { RECEIVED_AT } from './plain-sale.ts'

/** Validates a document (or a raw body) as if it had just been received. */
export function judge(
  document: unknown,
  arithmetic: 'strict' | 'lenient' = 'strict',
  receivedAt: Date = RECEIVED_AT,
): ValidationResult {
  const body = Buffer.isBuffer(document) ? document : Buffer.from(JSON.stringify(document))
  return validateInvoice(body, { arithmetic: () => arithmetic, receivedAt })
}

/** `code pointer` of every violation; empty for a valid document. */
export function violationsOf(document: unknown, arithmetic: 'strict' | 'lenient' = 'strict'): string[] {
  const result = judge(document, arithmetic)
  return result.kind === 'valid' ? [] : result.errors.map(({ code, pointer }) => `${code} ${pointer}`)
}

/** What the answer says would be right at this place, as an amount or in words; undefined if it says nothing. */
export function expectedOf(document: unknown, pointer: string): number | string | undefined {
  const result = judge(document)
  if (result.kind === 'valid') return undefined
  const error = result.errors.find((each) => each.pointer === pointer)
  return error?.expected ?? error?.detail.match(/ Expected: (.*)\.$/)?.[1]
}
