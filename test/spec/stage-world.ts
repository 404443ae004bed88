import type { Output, OutputTopic } from '../../src/dedup/output.ts'
import type { Appended, Ownership } from '../../src/dedup/ownership.ts'
import type { PartitionState } from '../../src/dedup/partition-state.ts'
import { POSITION_KEY, positionIn } from '../../src/dedup/position.ts'
import type { RawRecord } from '../../src/dedup/raw-record.ts'
import { runPartition } from '../../src/dedup/run-partition.ts'
import { SimulatedLog, TOPICS } from '../dedup/simulation/log.ts'

/** A request that its process waits for. */
interface Request {
  readonly name: 'open' | 'restore' | 'has unique' | 'fetch' | 'append' | 'commit'
  /** What the broker does when it arrives. */
  readonly arrive: () => unknown
  /** Whether the broker can answer it yet. */
  readonly isAnswerable: () => boolean
  /** Only for an append: the broker takes these topics alone, and the answer names no other. */
  readonly arriveInPart?: (topics: readonly OutputTopic[]) => unknown
  /** The answer in short: equal for equal answers only. */
  readonly told: (answer: never) => string
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** One program that runs the loop. */
interface Process {
  request: Request | undefined
  /** All that its ownership was told. The loop goes by nothing else. */
  told: string
  /** Its state, with the position that was committed last. */
  state: { readonly now: PartitionState; readonly position: number } | undefined
  failure: unknown
}

/** A request that arrives although its sender was told that it failed. */
interface Late {
  readonly name: string
  readonly arrive: () => unknown
}

/** Something that can happen next. */
export interface Happening {
  readonly name: string
  readonly happen: () => void
}

export interface Bounds {
  readonly epochs: number
  readonly faults: number
}

export const RULES = { idleMs: 1e12, maxRecords: 2, maxBytes: 1e6 }
const PROCESSES = 2
const MAX_HOPS = 100

/** The real loop and judge, twice, and a log to which their requests come when `happenings` says so, or not at all. */
export class StageWorld {
  readonly log = new SimulatedLog()
  readonly #raw: readonly RawRecord[]
  readonly #bounds: Bounds
  readonly #processes: readonly Process[]
  /** Raw records before it are deleted. */
  #start = 0
  #positions: { end: number; all: readonly number[] } = { end: 0, all: [] }
  #late: Late[] = []
  #faults = 0

  constructor(raw: readonly RawRecord[], bounds: Bounds) {
    this.#raw = raw
    this.#bounds = bounds
    this.#processes = Array.from({ length: PROCESSES }, () => this.#run())
  }

  /** The committed positions, one after the other. */
  get positions(): readonly number[] {
    const end = this.log.end('journals')
    if (this.#positions.end !== end) this.#positions = { end, all: this.#readPositions() }
    return this.#positions.all
  }

  #readPositions(): number[] {
    const records = this.log.read('journals', 0).records.filter(({ key }) => key?.toString() === POSITION_KEY)
    return records.map(({ value }) => positionIn(value!).next)
  }

  get position(): number {
    return this.positions.at(-1) ?? 0
  }

  /** Resolves when every process waits for an answer. Rejects if one has ended. */
  async settle(): Promise<void> {
    for (const process of this.#processes) {
      for (let hops = 0; process.request === undefined && process.failure === undefined; hops++) {
        if (hops > MAX_HOPS) throw new Error('a process asks nothing any more')
        await Promise.resolve()
      }
      if (process.failure !== undefined) throw process.failure
    }
  }

  /** All that can happen now. */
  get happenings(): Happening[] {
    const all: Happening[] = []
    const can = (name: string, happen: () => void) => all.push({ name, happen })
    const hasFaults = this.#faults < this.#bounds.faults
    for (const [index, process] of this.#processes.entries()) {
      const { request } = process
      if (request === undefined) continue
      const name = `${request.name} ${index}`
      if (request.name === 'open' && this.log.epoch >= this.#bounds.epochs) continue
      if (request.isAnswerable()) can(name, () => this.#answer(process, request.arrive))
      if (hasFaults) this.#canFail(process, request, (how, happen) => can(`${name} ${how}`, happen))
    }
    if (hasFaults && this.log.isOpen)
      can('transaction timed out', () => {
        this.#faults++
        this.log.timeOut()
      })
    if (hasFaults && this.#start !== this.position)
      can('what was judged is deleted', () => {
        this.#faults++
        this.#start = this.position
      })
    for (const late of this.#late) can(`late ${late.name}`, () => this.#land(late))
    return all
  }

  /** Equal for two worlds only if the same can happen in both from now on, by whichever process. */
  get fingerprint(): string {
    const processes = this.#processes.map(({ request, told }) => `${request?.name}<${told}`).sort()
    const late = this.#late.map(({ name }) => name).sort()
    return JSON.stringify([this.log.snapshot(), processes, late, this.#start, this.#faults])
  }

  /** What can go wrong with a request. */
  #canFail(process: Process, request: Request, can: (how: string, happen: () => void) => void): void {
    const fault = (how: string, happen: () => void) =>
      can(how, () => {
        this.#faults++
        happen()
      })
    fault('lost', () => this.#fail(process))
    if (request.name === 'restore' || request.name === 'has unique' || request.name === 'fetch') return
    fault('answer lost', () => {
      ignoringErrors(request.arrive)
      this.#fail(process)
    })
    fault('late', () => {
      this.#late.push({ name: `${request.name} <${process.told}`, arrive: request.arrive })
      this.#fail(process)
    })
    const { arriveInPart } = request
    if (arriveInPart === undefined) return
    for (const topics of [['unique', 'conflicts'], ['journals'], []] as const)
      fault(`of ${topics.join(' and ') || 'nothing'}`, () => this.#answer(process, () => arriveInPart(topics)))
  }

  #answer(process: Process, arrive: () => unknown): void {
    const { resolve, told } = process.request as Request
    let answer: unknown
    try {
      answer = arrive()
    } catch (error) {
      this.#fail(process, error as Error)
      return
    }
    process.request = undefined
    process.told += `${told(answer as never)};`
    resolve(answer)
  }

  /** Its sender is told an error, and so begins anew. A process that is killed and started again does the same. */
  #fail(process: Process, error: Error = new Error('no answer')): void {
    const { reject } = process.request as Request
    process.request = undefined
    process.told = ''
    reject(error)
  }

  #land(late: Late): void {
    this.#late = this.#late.filter((one) => one !== late)
    ignoringErrors(late.arrive)
  }

  #run(): Process {
    const process: Process = { request: undefined, told: '', state: undefined, failure: undefined }
    const world = {
      open: async () => this.#ownership(process, await this.#ask(process, 'open', () => this.log.fence())),
      pause: async () => {},
      random: () => 0.5,
    }
    const keep = (state: PartitionState) => {
      process.state = { now: state, position: state.position.next }
    }
    const watcher = {
      restored: keep,
      fetched: () => {},
      committed: (_: unknown, state: PartitionState) => keep(state),
      lost: () => {},
    }
    runPartition(world, RULES, watcher, new AbortController().signal).catch((error: unknown) => {
      process.failure = error
    })
    return process
  }

  #ask<T>(
    process: Process,
    name: Request['name'],
    arrive: () => T,
    more: Partial<Pick<Request, 'isAnswerable' | 'arriveInPart'>> & { told?: (answer: T) => string } = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const all = { isAnswerable: () => true, told: String, ...more, resolve: resolve as never, reject }
      process.request = { name, arrive, ...all }
    })
  }

  #ownership(process: Process, epoch: number): Ownership {
    const { log } = this
    const end = this.#raw.length
    // A reader of committed records does not get beyond an open transaction.
    const toTheEnd = (topic: OutputTopic) => () => !log.hides(topic)
    const topics = (appended: readonly Appended[]) => appended.map(({ topic }) => topic).join()
    return {
      restore: async (take) => {
        // The log up to its end says all that was read.
        const restoring = { isAnswerable: toTheEnd('journals'), told: () => `${log.end('journals')}` }
        const records = await this.#ask(process, 'restore', () => log.read('journals', 0).records, restoring)
        for (const { key, value } of records) take(key, value)
      },
      hasUnique: () => {
        const ask = () => log.read('unique', 0).records.length > 0
        return this.#ask(process, 'has unique', ask, { isAnswerable: toTheEnd('unique') })
      },
      fetch: (offset) => {
        // What would be answered with nothing is not answered: it would be asked again and again.
        const fetching = { isAnswerable: () => offset < end, told: () => `${offset} of ${this.#start}` }
        return this.#ask(process, 'fetch', () => this.#fetch(offset), fetching)
      },
      append: (output: Output) =>
        this.#ask(process, 'append', () => log.append(epoch, output, TOPICS), {
          told: topics,
          arriveInPart: (some) => log.append(epoch, output, some),
        }),
      commit: () => {
        const { now, position } = process.state!
        if (now.position.next !== position) process.failure = new Error('the state was changed before the commit')
        return this.#ask(process, 'commit', () => log.commit(epoch))
      },
      close: async () => {},
    }
  }

  #fetch(offset: number) {
    const end = this.#raw.length
    const bounds = { startOffset: this.#start, endOffset: end }
    if (offset < this.#start) return { kind: 'out-of-range', ...bounds } as const
    const records = this.#raw.slice(offset)
    return { kind: 'records', records, nextOffset: end, ...bounds } as const
  }
}

function ignoringErrors(arrive: () => unknown): void {
  try {
    arrive()
  } catch {
    // nobody hears the answer
  }
}
