import type { RecordSpan } from '../tracing/record-span.ts'

/** One record as the accumulator sees it: opaque bytes with an identity and a place to go. */
export interface ProducerRecord {
  /** The natural key as text: equal whenever a till sends the same document. */
  readonly identity: string
  /** The topic's partition, computed once from the key and never again. */
  readonly partition: number
  readonly key: Buffer
  readonly value: Buffer
  /** Kafka record headers; values are UTF-8 text, never null. */
  readonly headers: Readonly<Record<string, string>>
  /** Where its trace goes on; null or absent: it has none. It is not sent. */
  readonly span?: RecordSpan | null
}

/** An upper estimate of the bytes a record takes in a batch: value, key, headers and the lengths between them. */
export function recordSizeBytes(record: Pick<ProducerRecord, 'key' | 'value' | 'headers'>): number {
  let sizeBytes = RECORD_OVERHEAD_BYTES + record.key.length + record.value.length
  for (const name in record.headers) sizeBytes += name.length + (record.headers[name] as string).length
  return sizeBytes
}

const RECORD_OVERHEAD_BYTES = 96
