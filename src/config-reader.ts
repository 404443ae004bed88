import { availableParallelism } from 'node:os'
import { listed } from './config-lists.ts'
import type { Config } from './config-schema.ts'

/** The options of what reads uploads and large invoices. */
export function readerOptions(config: Config) {
  return {
    limits: {
      maxBytes: config.UPLOAD_MAX_BYTES,
      maxInvoices: config.UPLOAD_MAX_INVOICES,
      maxInvoiceBytes: config.MAX_INVOICE_BYTES,
      arithmetic: config.ARITHMETIC,
      lenientStores: listed(config.LENIENT_STORES),
      cardNumbers: config.CARD_NUMBERS,
      cardNumbersExempt: listed(config.CARD_NUMBERS_EXEMPT),
    },
    workers: config.UPLOAD_WORKERS ?? Math.min(Math.max(availableParallelism() - 1, 1), 4),
    maxWaiting: config.UPLOAD_WAITING,
    timeoutMs: config.UPLOAD_READ_TIMEOUT_MS,
    inlineBytes: config.UPLOAD_INLINE_BYTES,
  }
}
