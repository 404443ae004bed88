import { ownMemory } from './parcel.ts'
import { type BacklogBody, type BacklogLimits, type BacklogRead, createReadBacklog } from './read-backlog.ts'
import { WorkerPool } from './worker-pool.ts'

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
export class BacklogReader {
  readonly #inlineBytes: number
  readonly #readSmall: (upload: BacklogBody) => BacklogRead
  readonly #pool: WorkerPool<BacklogBody, BacklogRead> | null

  constructor({ limits, workers, inlineBytes, ...pool }: BacklogReaderOptions) {
    const file = new URL('./backlog-worker.ts', import.meta.url)
    this.#pool = workers === 0 ? null : new WorkerPool({ file, workerData: limits, workers, ...pool })
    this.#inlineBytes = workers === 0 ? limits.maxBytes : inlineBytes
    this.#readSmall = createReadBacklog({ ...limits, maxBytes: Math.min(this.#inlineBytes, limits.maxBytes) })
  }

  /** Whether one more upload may come now. */
  get hasRoom(): boolean {
    return this.#pool === null || this.#pool.hasRoom
  }

  /** Resolves with what the upload holds; its body may be gone afterwards. Throws `WorkerFailed`. */
  async read(upload: BacklogBody): Promise<BacklogRead> {
    if (upload.body.length <= this.#inlineBytes) {
      const read = this.#readSmall(upload)
      if (read.kind !== 'too-large' || this.#pool === null) return read
    }
    if (this.#pool === null) return { kind: 'too-large' }
    const body = ownMemory(upload.body)
    return await this.#pool.run({ ...upload, body }, [body.buffer])
  }

  async stop(): Promise<void> {
    await this.#pool?.stop()
  }
}
