import type { OwnRegistry } from './registry.ts'

/** One batch that has its outcome. */
export interface BatchFigures {
  readonly sizeBytes: number
  /** How long each of its records was in the lane before. */
  readonly waitedMs: readonly number[]
  /** From the lane to the outcome, with all retries. */
  readonly inFlightMs: number
}

/** One produce request, with a batch for each of some partitions. */
export interface ProduceFigures {
  readonly records: number
  /** Of their values. */
  readonly sizeBytes: number
  /** From the request to its answer. */
  readonly durationMs: number
}

export interface BatchMetrics {
  readonly batch: (batch: BatchFigures) => void
  readonly produced: (request: ProduceFigures) => void
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120]
const RECORDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]
const BYTES = [1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216]

/** The parts of an invoice's time in Kafka's hands, and how many go together. */
export function createBatchMetrics({ histogram }: OwnRegistry): BatchMetrics {
  const waiting = histogram(
    'tillgate_waiting_seconds',
    'Time that a record waited in its lane for the batch with which it got its outcome.',
    SECONDS,
  )
  const inFlight = histogram(
    'tillgate_in_flight_seconds',
    'Time from a batch to its outcome, with all retries and pauses.',
    SECONDS,
  )
  const produce = histogram(
    'tillgate_produce_seconds',
    'Time from a produce request to its answer: the network and the broker with its replicas.',
    SECONDS,
  )
  const batchRecords = histogram('tillgate_batch_records', 'Records of a batch, which is of one partition.', RECORDS)
  const batchBytes = histogram('tillgate_batch_bytes', 'About how many bytes a batch has before compression.', BYTES)
  const records = histogram('tillgate_produce_records', 'Records of a produce request, in all its batches.', RECORDS)
  const bytes = histogram('tillgate_produce_bytes', 'Bytes of values of a produce request before compression.', BYTES)
  return {
    batch: ({ sizeBytes, waitedMs, inFlightMs }) => {
      for (const ms of waitedMs) waiting.observe(ms / 1_000)
      inFlight.observe(inFlightMs / 1_000)
      batchRecords.observe(waitedMs.length)
      batchBytes.observe(sizeBytes)
    },
    produced: (request) => {
      produce.observe(request.durationMs / 1_000)
      records.observe(request.records)
      bytes.observe(request.sizeBytes)
    },
  }
}
