import { setImmediate as turnEnd } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type Ask, answerWorker } from './ask.ts'
import type { WorkerMessage } from './in-worker.ts'

export interface WorkerPoolOptions {
  /** The module that calls `inWorker`. */
  readonly file: URL
  /** Structured-cloned to every worker. */
  readonly workerData: unknown
  /** Worker threads; at least 1. */
  readonly workers: number
  /** Tasks of one queue that may wait for a worker, beyond those that run. 8 times as many may wait in all. */
  readonly maxWaiting: number
  /** A task that no worker has begun after this long fails as `waited`. */
  readonly waitTimeoutMs: number
  /** A task that a worker has not ended after this long fails; the thread is replaced. */
  readonly runTimeoutMs: number
  /** It fails as `overran` if it has used so much processor time, and as `waited` if the machine had no time for it. */
  readonly costlyCpuMs: number
  /** Called when a thread crashed, ran out of memory or was ended. */
  readonly onTrouble: (error: Error) => void
}

/**
 * Limits of a worker's heap. Inflated bytes are outside the heap; the task bounds them. Node gives a thread that is out
 * of memory 16 MiB more to end in. If a collection could promote more young objects than that at once, the process
 * would die instead of the thread.
 */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 12 }

/** In all queues together, this many times as many tasks may wait as in one. */
const QUEUES_IN_ALL = 8
/** So many queues are remembered, with what they have used. When there are more, those without a task are forgotten. */
const MAX_QUEUES = 1_000

/**
 * Why a task has no result. `busy`, `waited`: there is no time for it now; later there may be. `overran`: it takes too
 * long. `crashed`: its thread failed.
 */
export type WorkerFailure = 'busy' | 'waited' | 'overran' | 'crashed'

/** A task has no result and never will have; nothing of it is left anywhere. */
export class WorkerFailed extends Error {
  readonly reason: WorkerFailure

  constructor(reason: WorkerFailure, cause?: unknown) {
    super(`worker: ${reason}`, { cause })
    this.name = 'WorkerFailed'
    this.reason = reason
  }
}

/** What the threads of a pool do now. */
export interface WorkerFigures {
  readonly threads: number
  readonly busy: number
  readonly waiting: number
}

/** Made once: finding out where it comes from would take longer than the rest of a refusal. */
const BUSY = new WorkerFailed('busy')

/** A task that was given and has no result yet. */
interface Job<Task, Result> extends PromiseWithResolvers<Result> {
  readonly task: Task
  readonly transfer: readonly ArrayBuffer[]
  readonly queue: Queue<Task, Result>
  readonly ask: Ask
  timer: NodeJS.Timeout
}

/** Tasks of one kind that wait, in order. */
interface Queue<Task, Result> {
  readonly waiting: Set<Job<Task, Result>>
  /** How long workers have run its tasks, all told, or as if it had never been empty. */
  usedMs: number
}

interface Thread<Task, Result> {
  readonly worker: Worker
  /** What it works on; `null` when idle. */
  job: Job<Task, Result> | null
  /** When it was given its job. */
  sinceMs: number
  /** The processor time that it had used when it was last heard of. */
  cpuMs: number
  /** It has started up. Only then is it replaced when it ends. */
  isUp: boolean
  /** It was ended because its task took too long; it gets no other. */
  isEnding: boolean
  error: unknown
}

/**
 * Threads for work that would hold up the main thread: inflating, splitting, parsing, validating. They receive and
 * return only bytes, which are moved and not copied. A thread that crashes, runs out of memory or does not finish loses
 * only the task that it had. Another thread takes its place at once, and other tasks go on. If a thread fails to start
 * up, the next task tries to start one again.
 *
 * Tasks of one queue begin in the order in which they were given. Queues share the threads by time: the next task is
 * one of the queue that has used the least. So many tasks of one queue, or slow ones, hold up another queue by one task.
 *
 * Built on `node:worker_threads` alone. piscina does not keep waiting tasks in order, and replaces no threads any more
 * once one of them failed to start up. Working around both takes nearly as much code as this.
 */
export class WorkerPool<Task, Result> {
  readonly #options: WorkerPoolOptions
  readonly #threads = new Set<Thread<Task, Result>>()
  readonly #queues = new Map<string, Queue<Task, Result>>()
  /** Tasks without a result, those that wait included. */
  #open = 0
  #isStopped = false

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    for (let i = 0; i < options.workers; i++) this.#start()
  }

  /** Threads, how many of them have a task, and how many tasks wait for one. */
  get figures(): WorkerFigures {
    let busy = 0
    for (const { job } of this.#threads) if (job !== null) busy++
    let waiting = 0
    for (const queue of this.#queues.values()) waiting += queue.waiting.size
    return { threads: this.#threads.size, busy, waiting }
  }

  /** Whether one more task of this queue may be given now. */
  hasRoom(queue = ''): boolean {
    const { workers, maxWaiting } = this.#options
    if (this.#isStopped) return false
    if (this.#open < workers) return true
    const waiting = this.#queues.get(queue)?.waiting.size ?? 0
    return waiting < maxWaiting && this.#open - workers < QUEUES_IN_ALL * maxWaiting
  }

  /**
   * Resolves with the worker's result. The buffers in `transfer` can no longer be used here. `ask` answers the worker
   * when it needs memory for the task. Throws `WorkerFailed`.
   */
  async run(task: Task, transfer: readonly ArrayBuffer[], queueName = '', ask: Ask = () => true): Promise<Result> {
    if (!this.hasRoom(queueName)) throw BUSY
    const queue = this.#queue(queueName)
    const timer = setTimeout(() => this.#giveUp(job, 'waited'), this.#options.waitTimeoutMs)
    const job: Job<Task, Result> = { task, transfer, queue, ask, timer, ...Promise.withResolvers<Result>() }
    this.#open++
    if (queue.waiting.size === 0) queue.usedMs = Math.max(queue.usedMs, this.#leastUsedMs())
    queue.waiting.add(job)
    this.#assign()
    try {
      return await job.promise
    } catch (error) {
      const failed = error instanceof WorkerFailed ? error : new WorkerFailed('crashed', error)
      this.#options.onTrouble(failed)
      throw failed
    } finally {
      clearTimeout(job.timer)
      this.#open--
    }
  }

  /** Ends the threads; unfinished tasks fail as `crashed`. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const { waiting } of this.#queues.values()) {
      for (const job of waiting) job.reject(new WorkerFailed('crashed'))
      waiting.clear()
    }
    for (const { job } of this.#threads) job?.reject(new WorkerFailed('crashed'))
    await Promise.all(Array.from(this.#threads, ({ worker }) => worker.terminate()))
  }

  #queue(name: string): Queue<Task, Result> {
    let queue = this.#queues.get(name)
    if (queue === undefined) {
      if (this.#queues.size >= MAX_QUEUES) this.#forgetIdle()
      queue = { waiting: new Set(), usedMs: 0 }
      this.#queues.set(name, queue)
    }
    return queue
  }

  #forgetIdle(): void {
    const running = new Set(Array.from(this.#threads, ({ job }) => job?.queue))
    for (const [name, queue] of this.#queues)
      if (queue.waiting.size === 0 && !running.has(queue)) this.#queues.delete(name)
  }

  /** A queue that was empty may not make up for the time that it did not need. */
  #leastUsedMs(): number {
    const used = Array.from(this.#queues.values(), ({ waiting, usedMs }) => (waiting.size > 0 ? usedMs : Infinity))
    const busy = Array.from(this.#threads, ({ job }) => job?.queue.usedMs ?? Infinity)
    const leastMs = Math.min(...used, ...busy)
    return leastMs === Infinity ? 0 : leastMs
  }

  async #endRun(thread: Thread<Task, Result>, job: Job<Task, Result>): Promise<void> {
    const used = await thread.worker.cpuUsage().catch(() => undefined) // it has ended meanwhile
    await turnEnd() // a result that is here already counts, however late this thread comes to see it
    if (thread.job !== job) return
    const cpuMs = used === undefined ? 0 : (used.user + used.system) / 1_000 - thread.cpuMs
    this.#giveUp(job, cpuMs >= this.#options.costlyCpuMs ? 'overran' : 'waited')
  }

  #giveUp(job: Job<Task, Result>, reason: WorkerFailure): void {
    job.reject(new WorkerFailed(reason))
    job.queue.waiting.delete(job)
    for (const thread of this.#threads) {
      if (thread.job !== job) continue
      thread.isEnding = true
      void thread.worker.terminate()
    }
  }

  /** The first task of the queue that has used the least time. */
  #next(): Job<Task, Result> | undefined {
    let next: Queue<Task, Result> | undefined
    for (const queue of this.#queues.values())
      if (queue.waiting.size > 0 && (next === undefined || queue.usedMs < next.usedMs)) next = queue
    return next?.waiting.values().next().value
  }

  /** Gives waiting tasks to idle threads. */
  #assign(): void {
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      const thread = this.#idle()
      if (thread === undefined) return
      job.queue.waiting.delete(job)
      clearTimeout(job.timer)
      try {
        thread.worker.postMessage(job.task, job.transfer)
        this.#give(thread, job)
      } catch (error) {
        job.reject(error) // it cannot be cloned, or its memory was transferred before
      }
    }
  }

  #give(thread: Thread<Task, Result>, job: Job<Task, Result>): void {
    thread.job = job
    thread.sinceMs = performance.now()
    job.timer = setTimeout(() => void this.#endRun(thread, job), this.#options.runTimeoutMs)
  }

  /** Takes the job off a thread that has ended it, or has ended itself. */
  #take(thread: Thread<Task, Result>): Job<Task, Result> | null {
    const { job, sinceMs } = thread
    if (job !== null) job.queue.usedMs += performance.now() - sinceMs
    thread.job = null
    return job
  }

  #idle(): Thread<Task, Result> | undefined {
    for (const thread of this.#threads) if (thread.job === null && !thread.isEnding) return thread
    return this.#threads.size < this.#options.workers ? this.#start() : undefined
  }

  #start(): Thread<Task, Result> {
    const { file, workerData, onTrouble } = this.#options
    // Flags of the process, such as --eval or --import, must not apply to its threads.
    const { NODE_OPTIONS: _, ...env } = process.env
    const worker = new Worker(file, { workerData, resourceLimits: HEAP, execArgv: [], env })
    const thread: Thread<Task, Result> = {
      worker,
      job: null,
      sinceMs: 0,
      cpuMs: 0,
      isUp: false,
      isEnding: false,
      error: undefined,
    }
    this.#threads.add(thread)
    worker.on('message', (message: WorkerMessage<Result>) => {
      thread.isUp = true
      if (message.kind === 'ask') {
        // What was given up holds no memory any more.
        const job = this.#isStopped || thread.isEnding ? null : thread.job
        answerWorker(message, job?.ask(message.sizeBytes) ?? false)
        return
      }
      thread.cpuMs = message.cpuMs
      if (message.kind === 'up') return
      const job = this.#take(thread)
      if (message.kind === 'result') job?.resolve(message.result)
      else job?.reject(message.error)
      this.#assign()
    })
    worker.on('error', (error) => {
      thread.error = error
    })
    worker.on('exit', (code) => {
      const cause = thread.error ?? new Error(`the thread ended with code ${code}`)
      this.#threads.delete(thread)
      const job = this.#take(thread)
      if (job !== null) job.reject(new WorkerFailed('crashed', cause))
      else if (!this.#isStopped) onTrouble(new WorkerFailed('crashed', cause))
      if (this.#isStopped) return
      if (thread.isUp) this.#start()
      this.#assign()
    })
    return thread
  }
}
