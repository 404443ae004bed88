import type { OwnRegistry } from './registry.ts'

/** What worker threads do now. */
export interface WorkerFigures {
  readonly threads: number
  readonly busy: number
  /** Bodies that wait for a thread. */
  readonly waiting: number
}

/** What is read at each scrape. */
export interface StateSources {
  readonly pendingRecords: () => number
  /** Partitions with a batch outstanding. */
  readonly busyPartitions: () => number
  readonly stalledPartitions: () => number
  /** How long the oldest batch has been outstanding; 0: there is none. */
  readonly oldestBatchMs: () => number
  readonly bufferedBytes: () => number
  readonly bufferCapacityBytes: number
  readonly unreadAnswerBytes: () => number
  /** In seconds. */
  readonly longestBlock: () => number
  readonly workers: () => WorkerFigures
  readonly isReady: () => boolean
  /** How many warnings the operator's `/readyz` has. */
  readonly warnings: () => number
}

export interface StateMetrics {
  /** Counts one body that is handed to a worker thread. */
  readonly handedOver: (kind: 'upload' | 'invoice') => void
}

/** Lanes, memory, the event loop, workers, readiness. */
export function createStateMetrics({ gauge, counter }: OwnRegistry, sources: StateSources): StateMetrics {
  gauge('tillgate_pending_records', 'Records whose outcome is not known yet.', sources.pendingRecords)
  gauge('tillgate_busy_partitions', 'Partitions with an outstanding batch.', sources.busyPartitions)
  gauge('tillgate_stalled_partitions', 'Partitions that take nothing new.', sources.stalledPartitions)
  gauge(
    'tillgate_oldest_batch_seconds',
    'How long the oldest outstanding batch has been so; 0: there is none.',
    () => sources.oldestBatchMs() / 1_000,
  )
  gauge('tillgate_buffered_bytes', 'Bytes of invoices held in memory.', sources.bufferedBytes)
  gauge('tillgate_buffer_capacity_bytes', 'Bound of tillgate_buffered_bytes.', () => sources.bufferCapacityBytes)
  gauge('tillgate_unread_answer_bytes', 'Bytes of answers that wait for their readers.', sources.unreadAnswerBytes)
  gauge(
    'tillgate_event_loop_longest_block_seconds',
    'Longest time that the main thread was held up within the last minute or two.',
    sources.longestBlock,
  )
  gauge('tillgate_workers', 'Worker threads for uploads and large invoices.', () => sources.workers().threads)
  gauge('tillgate_workers_busy', 'Worker threads that read a body now.', () => sources.workers().busy)
  gauge('tillgate_worker_queue', 'Bodies that wait for a worker thread.', () => sources.workers().waiting)
  const bodies = counter('tillgate_worker_bodies_total', 'Bodies that were handed to worker threads.', {
    kind: ['upload', 'invoice'],
  })
  gauge('tillgate_warnings', "Warnings of the operator's /readyz, such as: the topic is another one.", sources.warnings)
  gauge('tillgate_ready', 'Whether the instance is ready.', () => Number(sources.isReady()))
  return { handedOver: (kind) => bodies.inc({ kind }) }
}
