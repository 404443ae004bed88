import { ownMemory } from './parcel.ts'
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.ts'

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
