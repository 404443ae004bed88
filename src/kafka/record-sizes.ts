import { fetchRanges, type LogRecord, type ReadSession, readTopic } from './read-topic.ts'

/** How much a topic holds, as far as clients can tell. */
export interface RecordSizes {
  /** Per partition: the number of offsets between its start and its end. */
  readonly records: ReadonlyMap<number, number>
  /** Mean size of the latest records of the sampled partitions; undefined if there were none to read. */
  readonly meanBytes: number | undefined
}

const SAMPLED_PARTITIONS = 8
const SAMPLED_RECORDS = 50
/** Framing of a record and its share of the batch's header, if batches are small. */
const FRAMING_BYTES = 40
const STALL_TIMEOUT_MS = 10_000

/** Counts the records of every partition, and reads the latest records of a few partitions to find their mean size. */
export async function fetchRecordSizes(session: ReadSession): Promise<RecordSizes> {
  const ranges = await fetchRanges(session)
  const records = new Map(ranges.map(({ partition, from, end }) => [partition, end - from]))
  const fullest = ranges.toSorted((a, b) => b.end - b.from - (a.end - a.from)).slice(0, SAMPLED_PARTITIONS)
  const sampled = fullest.map((range) => ({ ...range, from: Math.max(range.from, range.end - SAMPLED_RECORDS) }))
  let [count, bytes] = [0, 0]
  const onRecord = (record: LogRecord) => {
    count++
    bytes += bytesOf(record)
  }
  if (sampled.some(({ from, to }) => from < to))
    await readTopic(session, sampled, { onRecord, stallTimeoutMs: STALL_TIMEOUT_MS, groupPrefix: 'tillgate-grow' })
  return { records, meanBytes: count === 0 ? undefined : bytes / count }
}

function bytesOf({ key, value, headers }: LogRecord): number {
  const header = Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + lengthOf(text) + 2, 0)
  return lengthOf(key) + lengthOf(value) + header + FRAMING_BYTES
}

function lengthOf(value: unknown): number {
  return Array.isArray(value)
    ? value.reduce((sum, one) => sum + lengthOf(one), 0)
    : ((value as Buffer | null)?.length ?? 0)
}
