import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'

export interface WorkerPoolOptions {
  /** The module whose default export does a task in a worker; see `inWorker`. */
  readonly file: URL
  /** Structured-cloned to every worker. */
  readonly workerData: unknown
  /** Worker threads; at least 1. */
  readonly workers: number
  /** Tasks that may wait for a worker, beyond those that run. */
  readonly maxWaiting: number
  /** A task that has not ended by then, its waiting included, is given up; the thread it runs on is replaced. */
  readonly timeoutMs: number
  /** Told about threads that crashed, ran out of memory or were ended. */
  readonly onTrouble: (error: Error) => void
}

/** Heap of a worker. What is inflated lies outside of it and is bounded by the task. */
const MAX_WORKER_HEAP_MIB = 256

/** Why a task has no result. */
export type WorkerFailure = 'busy' | 'timed-out' | 'crashed'

/** A task has no result, and never will; nothing of it is left anywhere. */
export class WorkerFailed extends Error {
  readonly reason: WorkerFailure

  constructor(reason: WorkerFailure, cause?: unknown) {
    super(`worker: ${reason}`, { cause })
    this.name = 'WorkerFailed'
    this.reason = reason
  }
}

/**
 * Threads that do the work which would hold up the main one: inflating, splitting, parsing, validating. They only ever
 * get and give bytes, which move and are not copied. A thread that crashes, runs out of memory or does not come to an
 * end costs the task that it had; another thread takes its place at once and other tasks go on.
 */
export class WorkerPool<Task, Result> {
  readonly #pool: Piscina<Task, Result>
  readonly #options: WorkerPoolOptions
  #tasks = 0

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#pool = new Piscina({
      filename: fileURLToPath(options.file),
      workerData: options.workerData,
      minThreads: options.workers,
      maxThreads: options.workers,
      resourceLimits: { maxOldGenerationSizeMb: MAX_WORKER_HEAP_MIB },
    })
    this.#pool.on('error', options.onTrouble)
  }

  /** Whether one more task may be given now. */
  get hasRoom(): boolean {
    return this.#tasks < this.#options.workers + this.#options.maxWaiting
  }

  /** Resolves with what a worker made of the task; the buffers in `transfer` are gone from here. Throws `WorkerFailed`. */
  async run(task: Task, transfer: readonly ArrayBuffer[]): Promise<Result> {
    if (!this.hasRoom) throw new WorkerFailed('busy')
    this.#tasks++
    const timeout = AbortSignal.timeout(this.#options.timeoutMs)
    try {
      return await this.#pool.run(task, { transferList: [...transfer], signal: timeout })
    } catch (error) {
      const failed = new WorkerFailed(timeout.aborted ? 'timed-out' : 'crashed', error)
      this.#options.onTrouble(failed)
      throw failed
    } finally {
      this.#tasks--
    }
  }

  /** Ends the threads; tasks under way fail. */
  async stop(): Promise<void> {
    await this.#pool.destroy()
  }
}
