import { BodyReader } from './body-reader.ts'
import { type BacklogBody, type BacklogLimits, type BacklogRead, createReadBacklog } from './read-backlog.ts'

export interface BacklogReaderOptions {
  readonly limits: BacklogLimits
  /** Worker threads; 0: everything is read on the main thread. */
  readonly workers: number
  /** Uploads that may wait for a worker. */
  readonly maxWaiting: number
  /** How long reading one upload may take, its waiting included. */
  readonly timeoutMs: number
  /** Uploads up to this size, as sent and inflated, are read on the main thread: handing them over costs more. */
  readonly inlineBytes: number
  readonly onTrouble: (error: Error) => void
}

/** Reads uploads, small ones at once and the others in worker threads. */
export class BacklogReader extends BodyReader<BacklogBody, BacklogRead> {
  constructor({ limits, inlineBytes, ...pool }: BacklogReaderOptions) {
    const isAlone = pool.workers === 0
    const maxBytes = isAlone ? limits.maxBytes : Math.min(inlineBytes, limits.maxBytes)
    const readSmall = createReadBacklog({ ...limits, maxBytes })
    const readHere = (upload: BacklogBody): BacklogRead | null => {
      const read: BacklogRead = upload.body.length > maxBytes ? { kind: 'too-large' } : readSmall(upload)
      return read.kind === 'too-large' && !isAlone ? null : read
    }
    super({ ...pool, file: new URL('./backlog-worker.ts', import.meta.url), workerData: limits, readHere })
  }
}
