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

/** What the answer says would be right at this place; undefined if it says nothing. */
export function expectedOf(document: unknown, pointer: string): number | string | undefined {
  const result = judge(document)
  return result.kind === 'valid' ? undefined : result.errors.find((error) => error.pointer === pointer)?.expected
}
