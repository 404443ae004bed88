import type { Ask } from './ask.ts'
import { ownMemory } from './parcel.ts'
import { type WorkerFigures, WorkerPool, type WorkerPoolOptions } from './worker-pool.ts'

/** A body, received in full, with what is needed to read it. */
export interface Body {
  readonly body: Uint8Array<ArrayBuffer>
}

/** `workers` 0: everything is read on the main thread. */
export interface BodyReaderOptions<Task, Result> extends WorkerPoolOptions {
  /** Reads a task on the main thread if that is faster than handing it over. `null`: a worker has to read it. */
  readonly readHere: (task: Task, ask: Ask) => Result | null
  /** What kind of task it is. Each kind has its own queue for each sender. Default: all are of one kind. */
  readonly queueOf?: (task: Task) => string
  /** Called for each task that is handed to a worker, with its kind. */
  readonly onHandOver?: (kind: string) => void
}

/** Whose body is read. */
export interface BodyOwner {
  /** Senders take turns. */
  readonly sender?: string | undefined
  /** Reserves memory for a body that turns out to need more. Default: there always is enough. */
  readonly ask?: Ask | undefined
}

/** Reads bodies, in worker threads or at once on the main one. */
export class BodyReader<Task extends Body, Result> {
  readonly #readHere: (task: Task, ask: Ask) => Result | null
  readonly #queueOf: (task: Task) => string
  readonly #onHandOver: (kind: string) => void
  readonly #pool: WorkerPool<Task, Result> | null

  constructor({ readHere, queueOf = () => '', onHandOver = () => {}, ...pool }: BodyReaderOptions<Task, Result>) {
    this.#readHere = readHere
    this.#queueOf = queueOf
    this.#onHandOver = onHandOver
    this.#pool = pool.workers === 0 ? null : new WorkerPool(pool)
  }

  get workers(): WorkerFigures {
    return this.#pool?.figures ?? NO_WORKERS
  }

  /** Whether one more body of this kind may come from this sender now. */
  hasRoom(kind = '', sender?: string): boolean {
    return this.#pool === null || this.#pool.hasRoom(queueName(kind, sender))
  }

  /** Resolves with the content of the body; the body itself may be unusable afterwards. Throws `WorkerFailed`. */
  async read(task: Task, { sender, ask = () => true }: BodyOwner = {}): Promise<Result> {
    const read = this.#readHere(task, ask)
    if (read !== null) return read
    if (this.#pool === null) throw new Error('without workers everything has to be read here')
    const body = ownMemory(task.body)
    const kind = this.#queueOf(task)
    this.#onHandOver(kind)
    return await this.#pool.run({ ...task, body }, [body.buffer], queueName(kind, sender), ask)
  }

  async stop(): Promise<void> {
    await this.#pool?.stop()
  }
}

const NO_WORKERS: WorkerFigures = { threads: 0, busy: 0, waiting: 0 }

function queueName(kind: string, sender: string | undefined): string {
  return sender === undefined ? kind : `${kind} ${sender}`
}
