import { ownMemory } from './parcel.ts'
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.ts'

/** A body, received in full, with what is needed to read it. */
export interface Body {
  readonly body: Uint8Array<ArrayBuffer>
}

/** `workers` 0: everything is read on the main thread. */
export interface BodyReaderOptions<Task, Result> extends WorkerPoolOptions {
  /** Reads a task on the main thread if that is faster than handing it over. `null`: a worker has to read it. */
  readonly readHere: (task: Task) => Result | null
  /** Which queue of the pool a task waits in. Default: all in one. */
  readonly queueOf?: (task: Task) => string
  /** Called for each task that is handed to a worker, with its queue. */
  readonly onHandOver?: (queue: string) => void
}

/** Reads bodies, in worker threads or at once on the main one. */
export class BodyReader<Task extends Body, Result> {
  readonly #readHere: (task: Task) => Result | null
  readonly #queueOf: (task: Task) => string
  readonly #onHandOver: (queue: string) => void
  readonly #pool: WorkerPool<Task, Result> | null

  constructor({ readHere, queueOf = () => '', onHandOver = () => {}, ...pool }: BodyReaderOptions<Task, Result>) {
    this.#readHere = readHere
    this.#queueOf = queueOf
    this.#onHandOver = onHandOver
    this.#pool = pool.workers === 0 ? null : new WorkerPool(pool)
  }

  /** Whether one more body may come now, for this queue. */
  hasRoom(queue = ''): boolean {
    return this.#pool === null || this.#pool.hasRoom(queue)
  }

  /** Resolves with the content of the body; the body itself may be unusable afterwards. Throws `WorkerFailed`. */
  async read(task: Task): Promise<Result> {
    const read = this.#readHere(task)
    if (read !== null) return read
    if (this.#pool === null) throw new Error('without workers everything has to be read here')
    const body = ownMemory(task.body)
    const queue = this.#queueOf(task)
    this.#onHandOver(queue)
    return await this.#pool.run({ ...task, body }, [body.buffer], queue)
  }

  async stop(): Promise<void> {
    await this.#pool?.stop()
  }
}
