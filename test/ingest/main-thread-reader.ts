import assert from 'node:assert/strict'
import { UploadReader, type UploadReaderOptions } from '../../src/uploads/upload-reader.ts'

/** Reads uploads of at most 1 MB and 100 invoices without worker threads. `limits` changes its bounds. */
export function mainThreadReader(limits: Partial<UploadReaderOptions['limits']> = {}): UploadReader {
  return new UploadReader({
    limits: {
      maxBytes: 1_000_000,
      maxInvoices: 100,
      maxInvoiceBytes: 50_000,
      arithmetic: 'strict',
      lenientStores: [],
      ...limits,
    },
    workers: 0,
    maxWaiting: 0,
    timeoutMs: 1_000,
    inlineBytes: 0,
    onTrouble: assert.fail,
  })
}
