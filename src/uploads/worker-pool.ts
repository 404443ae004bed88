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
  /** A task that has not ended after this long, including its wait, fails as `timed-out`; its thread is replaced. */
  readonly timeoutMs: number
  /** Called when a thread crashed, ran out of memory or was ended. */
  readonly onTrouble: (error: Error) => void
}

/**
 * Limits of a worker's heap. Inflated bytes are outside the heap; the task bounds them. Node gives a thread that is out
 * of memory 16 MiB more to end in. If a collection could promote more young objects than that at once, the process
 * would die instead of the thread.
 */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 12 }

/** Why a task has no result. */
export type WorkerFailure = 'busy' | 'timed-out' | 'crashed'

/** A task has no result and never will have; nothing of it is left anywhere. */
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
  /** What it works on; `null` when idle. */
  job: Job<Task, Result> | null
  /** It has started up. Only then is it replaced when it ends. */
  isUp: boolean
  /** It was ended because its task took too long; it gets no other. */
  isEnding: boolean
  error: unknown
}

/**
 * Threads for work that would hold up the main thread: inflating, splitting, parsing, validating. They receive and
 * return only bytes, which are moved and not copied. Tasks begin in the order in which they were given. A thread that
 * crashes, runs out of memory or does not finish loses only the task that it had. Another thread takes its place at
 * once, and other tasks go on. If a thread fails to start up, the next task tries to start one again.
 *
 * Built on `node:worker_threads` alone. piscina does not keep waiting tasks in order, and replaces no threads any more
 * once one of them failed to start up. Working around both takes nearly as much code as this.
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

  /** Resolves with the worker's result. The buffers in `transfer` can no longer be used here. Throws `WorkerFailed`. */
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

  /** Ends the threads; unfinished tasks fail as `crashed`. */
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
    for (const thread of this.#threads) {
      if (thread.job !== job) continue
      thread.isEnding = true
      void thread.worker.terminate()
    }
  }

  /** Gives waiting tasks to idle threads. */
  #assign(): void {
    for (const job of this.#waiting) {
      const thread = this.#idle()
      if (thread === undefined) return
      this.#waiting.delete(job)
      try {
        thread.worker.postMessage(job.task, job.transfer)
        thread.job = job
      } catch (error) {
        job.reject(error) // it cannot be cloned, or its memory was transferred before
      }
    }
  }

  #idle(): Thread<Task, Result> | undefined {
    for (const thread of this.#threads) if (thread.job === null && !thread.isEnding) return thread
    return this.#threads.size < this.#options.workers ? this.#start() : undefined
  }

  #start(): Thread<Task, Result> {
    const { file, workerData, onTrouble } = this.#options
    // Flags of the process, such as --eval, must not apply to its threads.
    const worker = new Worker(file, { workerData, resourceLimits: HEAP, execArgv: [] })
    const thread: Thread<Task, Result> = { worker, job: null, isUp: false, isEnding: false, error: undefined }
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

/** A body, received in full, with what is needed to read it. */
export interface Body {
  readonly body: Uint8Array<ArrayBuffer>
}

/** `workers` 0: everything is read on the main thread. */
export interface BodyReaderOptions<Task, Result> extends WorkerPoolOptions {
  /** Reads a task on the main thread if that is faster than handing it over. `null`: a worker has to read it. */
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

  /** Resolves with the content of the body; the body itself may be unusable afterwards. Throws `WorkerFailed`. */
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
