import { Worker } from 'node:worker_threads'
import type { WorkerMessage } from './in-worker.ts'
import { ownMemory } from './parcel.ts'

export interface WorkerPoolOptions {
  /** The module that calls `inWorker`. */
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

/**
 * Limits of a worker's heap. What is inflated lies outside of it and is bounded by the task. Node gives a thread that is
 * out of memory 16 MiB more to end in; if a collection could promote more young objects than that at once, the process
 * would die instead of the thread.
 */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 12 }

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

/** A task that was given and has no result yet. */
interface Job<Task, Result> extends PromiseWithResolvers<Result> {
  readonly task: Task
  readonly transfer: readonly ArrayBuffer[]
}

interface Thread<Task, Result> {
  readonly worker: Worker
  /** What it works on; `null` when it is idle. */
  job: Job<Task, Result> | null
  /** It has come up: it is worth replacing when it ends. */
  isUp: boolean
  error: unknown
}

/**
 * Threads that do the work which would hold up the main one: inflating, splitting, parsing, validating. They only ever
 * get and give bytes, which move and are not copied. Tasks begin in the order in which they were given. A thread that
 * crashes, runs out of memory or does not come to an end costs the task that it had; another thread takes its place at
 * once and other tasks go on. A thread that does not even come up is tried again by the next task.
 *
 * On `node:worker_threads` alone: piscina keeps no order among tasks that wait, and replaces no thread any more once one
 * did not come up. To work around both takes nearly as much as this does.
 */
export class WorkerPool<Task, Result> {
  readonly #options: WorkerPoolOptions
  readonly #threads = new Set<Thread<Task, Result>>()
  readonly #waiting = new Set<Job<Task, Result>>()
  /** Tasks without a result, those that wait included. */
  #open = 0
  #isStopped = false

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    for (let i = 0; i < options.workers; i++) this.#start()
  }

  /** Whether one more task may be given now. */
  get hasRoom(): boolean {
    return !this.#isStopped && this.#open < this.#options.workers + this.#options.maxWaiting
  }

  /** Resolves with what a worker made of the task; the buffers in `transfer` are gone from here. Throws `WorkerFailed`. */
  async run(task: Task, transfer: readonly ArrayBuffer[]): Promise<Result> {
    if (!this.hasRoom) throw new WorkerFailed('busy')
    const job = { task, transfer, ...Promise.withResolvers<Result>() }
    const timer = setTimeout(() => this.#giveUp(job), this.#options.timeoutMs)
    this.#open++
    this.#waiting.add(job)
    this.#assign()
    try {
      return await job.promise
    } catch (error) {
      const failed = error instanceof WorkerFailed ? error : new WorkerFailed('crashed', error)
      this.#options.onTrouble(failed)
      throw failed
    } finally {
      clearTimeout(timer)
      this.#open--
    }
  }

  /** Ends the threads; tasks under way fail as `crashed`. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const job of this.#waiting) job.reject(new WorkerFailed('crashed'))
    for (const { job } of this.#threads) job?.reject(new WorkerFailed('crashed'))
    this.#waiting.clear()
    await Promise.all(Array.from(this.#threads, ({ worker }) => worker.terminate()))
  }

  #giveUp(job: Job<Task, Result>): void {
    job.reject(new WorkerFailed('timed-out'))
    this.#waiting.delete(job)
    for (const thread of this.#threads) if (thread.job === job) void thread.worker.terminate()
  }

  /** Gives what waits to idle threads. */
  #assign(): void {
    for (const job of this.#waiting) {
      const thread = this.#idle()
      if (thread === undefined) return
      this.#waiting.delete(job)
      try {
        thread.worker.postMessage(job.task, job.transfer)
        thread.job = job
      } catch (error) {
        job.reject(error) // it cannot be cloned, or its memory is somewhere else already
      }
    }
  }

  #idle(): Thread<Task, Result> | undefined {
    for (const thread of this.#threads) if (thread.job === null) return thread
    return this.#threads.size < this.#options.workers ? this.#start() : undefined
  }

  #start(): Thread<Task, Result> {
    const { file, workerData, onTrouble } = this.#options
    // Flags of the process, such as --eval, are not for its threads.
    const worker = new Worker(file, { workerData, resourceLimits: HEAP, execArgv: [] })
    const thread: Thread<Task, Result> = { worker, job: null, isUp: false, error: undefined }
    this.#threads.add(thread)
    worker.on('message', (message: WorkerMessage<Result>) => {
      thread.isUp = true
      if (message.kind === 'up') return
      if (message.kind === 'result') thread.job?.resolve(message.result)
      else thread.job?.reject(message.error)
      thread.job = null
      this.#assign()
    })
    worker.on('error', (error) => {
      thread.error = error
    })
    worker.on('exit', (code) => {
      const cause = thread.error ?? new Error(`the thread ended with code ${code}`)
      this.#threads.delete(thread)
      if (thread.job !== null) thread.job.reject(new WorkerFailed('crashed', cause))
      else if (!this.#isStopped) onTrouble(new WorkerFailed('crashed', cause))
      if (this.#isStopped) return
      if (thread.isUp) this.#start()
      this.#assign()
    })
    return thread
  }
}

/** Something that came in whole, with what has to be known to read it. */
export interface Body {
  readonly body: Uint8Array<ArrayBuffer>
}

/** `workers` 0: everything is read on the main thread. */
export interface BodyReaderOptions<Task, Result> extends WorkerPoolOptions {
  /** Reads on the main thread what is read there faster than it is handed over. `null`: a worker has to. */
  readonly readHere: (task: Task) => Result | null
}

/** Reads bodies, in worker threads or at once on the main one. */
export class BodyReader<Task extends Body, Result> {
  readonly #readHere: (task: Task) => Result | null
  readonly #pool: WorkerPool<Task, Result> | null

  constructor({ readHere, ...pool }: BodyReaderOptions<Task, Result>) {
    this.#readHere = readHere
    this.#pool = pool.workers === 0 ? null : new WorkerPool(pool)
  }

  /** Whether one more body may come now. */
  get hasRoom(): boolean {
    return this.#pool === null || this.#pool.hasRoom
  }

  /** Resolves with what the body holds; the body may be gone afterwards. Throws `WorkerFailed`. */
  async read(task: Task): Promise<Result> {
    const read = this.#readHere(task)
    if (read !== null) return read
    if (this.#pool === null) throw new Error('without workers everything has to be read here')
    const body = ownMemory(task.body)
    return await this.#pool.run({ ...task, body }, [body.buffer])
  }

  async stop(): Promise<void> {
    await this.#pool?.stop()
  }
}
