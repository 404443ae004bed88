import type { Access } from './access.ts'
import type { Accumulator } from './accumulator/accumulator.ts'
import { createQuotas } from './admission/quotas.ts'
import { UploadWindow } from './admission/upload-window.ts'
import { listed } from './config-lists.ts'
import { REQUEST_OVERHEAD_BYTES } from './config-memory.ts'
import type { Config } from './config-schema.ts'
import { createKeyBinding } from './ingest/idempotency-keys.ts'
import { createIngest } from './ingest/invoice.ts'
import { createIngestUpload } from './ingest/upload.ts'
import { cardNumberPolicy } from './invoice/check-card-numbers.ts'
import { cachedPartitionOf } from './invoice/partition.ts'
import { arithmeticOf } from './invoice/validate.ts'
import type { KnownInvoices } from './known-invoices.ts'
import type { UploadReader } from './uploads/upload-reader.ts'

/** The parts of an instance that both flows share. */
interface FlowParts {
  readonly accumulator: Accumulator
  readonly known: KnownInvoices
  readonly reader: UploadReader
  readonly access: Access
}

/** Both flows of invoices, single and in uploads, over one accumulator. */
export function createFlows(config: Config, { accumulator, known, reader, access }: FlowParts) {
  const window = new UploadWindow({
    maxRecords: config.UPLOAD_WINDOW_RECORDS,
    share: config.UPLOAD_SHARE_PERCENT / 100,
  })
  const shared = {
    accumulator,
    known,
    onForbidden: access.onForbidden,
    topic: config.KAFKA_TOPIC,
    partitionOf: cachedPartitionOf(config.KAFKA_PARTITIONS),
    takeQuota: createQuotas({ perStore: config.QUOTA_STORE_PER_MINUTE, perTerminal: config.QUOTA_TERMINAL_PER_MINUTE }),
  }
  const arithmetic = arithmeticOf(config.ARITHMETIC, listed(config.LENIENT_STORES))
  const cardNumbers = cardNumberPolicy(config.CARD_NUMBERS, listed(config.CARD_NUMBERS_EXEMPT))
  const [timeoutMs, overheadBytes] = [config.DELIVERY_TIMEOUT_MS, REQUEST_OVERHEAD_BYTES]
  return {
    ingest: createIngest({
      ...shared,
      arithmetic,
      cardNumbers,
      keys: createKeyBinding(),
      onLive: () => window.noteLive(),
      inlineBytes: config.INVOICE_INLINE_BYTES,
      reader,
    }),
    ingestUpload: createIngestUpload({ ...shared, reader, window, timeoutMs, overheadBytes }),
  }
}
