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
