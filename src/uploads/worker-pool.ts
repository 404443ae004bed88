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

/**
 * Objects of a worker that are young. Node gives a thread that is out of memory 16 MiB more to end in; if a collection
 * could promote more than that at once, the process would die instead of the thread.
 */
const MAX_WORKER_YOUNG_MIB = 12

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
 * get and give bytes, which move and are not copied. Tasks begin in the order in which they were given. A thread that
 * crashes, runs out of memory or does not come to an end costs the task that it had; another thread takes its place at
 * once and other tasks go on. When a thread does not even come up, all that run fail and the next task tries it again.
 */
export class WorkerPool<Task, Result> {
  readonly #options: WorkerPoolOptions
  /** What ends each task that was given and has no result yet. */
  readonly #endings = new Set<AbortController>()
  /** Those that wait for a thread, here and not in piscina, which would not keep their order. */
  readonly #waiting = new Set<() => void>()
  #running = 0
  /** `null`: begun afresh by the next task. */
  #pool: Piscina<Task, Result> | null
  #isStopped = false

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#pool = this.#begin()
  }

  /** Whether one more task may be given now. */
  get hasRoom(): boolean {
    return !this.#isStopped && this.#endings.size < this.#options.workers + this.#options.maxWaiting
  }

  /** Resolves with what a worker made of the task; the buffers in `transfer` are gone from here. Throws `WorkerFailed`. */
  async run(task: Task, transfer: readonly ArrayBuffer[]): Promise<Result> {
    if (!this.hasRoom) throw new WorkerFailed('busy')
    const ending = new AbortController()
    const timer = setTimeout(() => ending.abort('timed-out'), this.#options.timeoutMs)
    this.#endings.add(ending)
    try {
      await this.#enter(ending.signal)
      try {
        this.#pool ??= this.#begin()
        return await this.#pool.run(task, { transferList: [...transfer], signal: ending.signal })
      } finally {
        this.#leave()
      }
    } catch (error) {
      const failed = new WorkerFailed(ending.signal.aborted ? ending.signal.reason : 'crashed', error)
      this.#options.onTrouble(failed)
      throw failed
    } finally {
      clearTimeout(timer)
      this.#endings.delete(ending)
    }
  }

  /** Ends the threads; tasks under way fail as `crashed`. */
  async stop(): Promise<void> {
    this.#isStopped = true
    const ended = this.#pool?.destroy()
    for (const ending of this.#endings) ending.abort('crashed')
    await ended
  }

  /** Resolves when there is a thread for one more task; rejects when `signal` is aborted before. */
  #enter(signal: AbortSignal): Promise<void> {
    if (this.#running < this.#options.workers) {
      this.#running++
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        this.#waiting.delete(begin)
        reject(signal.reason)
      }
      this.#waiting.add(begin)
      signal.addEventListener('abort', giveUp)
    })
  }

  #leave(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#running--
    else {
      this.#waiting.delete(next)
      next()
    }
  }

  #begin(): Piscina<Task, Result> {
    const { file, workerData, workers, onTrouble } = this.#options
    const pool = new Piscina<Task, Result>({
      filename: fileURLToPath(file),
      workerData,
      minThreads: workers,
      maxThreads: workers,
      resourceLimits: {
        maxOldGenerationSizeMb: MAX_WORKER_HEAP_MIB,
        maxYoungGenerationSizeMb: MAX_WORKER_YOUNG_MIB,
      },
    })
    pool.on('error', onTrouble)
    // Once a thread has not come up, piscina never replaces any again, and what has no thread would wait for ever.
    const discardIfShort = () => {
      if (this.#isStopped || this.#pool !== pool || pool.threads.length === workers) return
      this.#pool = null
      void pool.destroy()
    }
    pool.on('workerDestroy', () => setImmediate(discardIfShort))
    return pool
  }
}
