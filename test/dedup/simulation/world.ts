import assert from 'node:assert/strict'
import type { Output, OutputRecord } from '../../../src/dedup/output.ts'
import type { Appended, Fetched, Ownership } from '../../../src/dedup/ownership.ts'
import type { PartitionState } from '../../../src/dedup/partition-state.ts'
import { POSITION_KEY, positionIn } from '../../../src/dedup/position.ts'
import type { RawRecord } from '../../../src/dedup/raw-record.ts'
import { runPartition } from '../../../src/dedup/run-partition.ts'
import type { Random } from '../../harness/random.ts'
import { SimulatedLog, TOPICS } from './log.ts'

/** A request that is on its way. */
interface Request {
  readonly process: Process
  /** What the broker does when it arrives. */
  readonly arrive: () => unknown
  readonly isCommit: boolean
  /** Only for an append: does a part of it, and returns the answer about that part. */
  readonly arriveInPart?: () => unknown
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** One program that runs the loop; it may be dead, and not know it. */
export interface Process {
  isDead: boolean
  readonly stopping: AbortController
  readonly ended: Promise<unknown>
}

export const RULES = { idleMs: 1e12, maxRecords: 3, maxBytes: 1e6 }

/**
 * The world of one partition in which every request is delivered, lost, cut or late as `step` draws it. The loop and the
 * judge in it are the real ones.
 */
export class World {
  readonly log = new SimulatedLog()
  readonly raw: RawRecord[] = []
  /** The first offset that retention has left of them. */
  #startOffset = 0
  readonly #random: Random
  readonly #isSpiteful: boolean
  readonly #onWay: Request[] = []
  /** Requests whose sender was told that they failed, and that arrive all the same. */
  readonly #late: (() => unknown)[] = []
  /** Why processes have given the partition up. */
  readonly refusals: string[] = []
  /** The state that a process has restored last. */
  state: PartitionState | undefined

  constructor(random: Random) {
    this.#random = random
    this.#isSpiteful = random.below(3) === 0
  }

  get hasRequests(): boolean {
    return this.#onWay.length > 0
  }

  /** From then on `state` is that of a process that restores it later. */
  forgetState(): void {
    this.state = undefined
  }

  start(): Process {
    const stopping = new AbortController()
    const process: Process = { isDead: false, stopping, ended: Promise.resolve() }
    let own: { state: PartitionState; position: number } | undefined
    const assertUnchanged = () => {
      if (own !== undefined)
        assert.equal(own.state.position.next, own.position, 'the state was changed before the commit')
    }
    const watcher = {
      restored: (state: PartitionState) => {
        own = { state, position: state.position.next }
        this.state = state
      },
      fetched: () => {},
      committed: (_: unknown, state: PartitionState) => {
        own = { state, position: state.position.next }
      },
      lost: () => {
        own = undefined
      },
    }
    const world = {
      open: async () => this.#ownership(process, await this.#ask(process, () => this.log.fence()), assertUnchanged),
      pause: () => this.#ask(process, () => {}).catch(() => {}),
      random: () => 0.5,
    }
    const ended = runPartition(world, RULES, watcher, stopping.signal)
    ended.catch((error: Error) => this.refusals.push(error.message))
    return Object.assign(process, { ended })
  }

  /** The process is gone; what it has sent may still arrive. */
  kill(process: Process): void {
    process.isDead = true
    for (const request of this.#onWay.filter((one) => one.process === process)) {
      this.#onWay.splice(this.#onWay.indexOf(request), 1)
      if (this.#random.below(2) === 0) this.#late.push(request.arrive)
    }
  }

  /** Retention deletes some of the records that were judged, and no others. */
  deleteJudged(): void {
    const positions = this.committed('journals').filter(({ key }) => key?.toString() === POSITION_KEY)
    const judged = positions.length === 0 ? 0 : positionIn(positions.at(-1)?.value as Buffer).next
    this.#startOffset = Math.max(this.#startOffset, judged - this.#random.below(4))
  }

  /** Delivers one request; with `faults`, perhaps not as it should be. */
  step(faults: boolean): void {
    if (this.#random.below(8) === 0) this.#deliverLate()
    if (this.#onWay.length === 0) return
    const request = this.#taken(this.#onWay)
    switch (faults ? this.#draw(request) : -1) {
      case 0:
        request.reject(new Error('the request was lost'))
        break
      case 1:
        ignoringErrors(request.arrive)
        request.reject(new Error('the answer was lost'))
        break
      case 2:
        this.#late.push(request.arrive)
        request.reject(new Error('no answer in time'))
        break
      case 3:
        answer(request, request.arriveInPart ?? request.arrive)
        if (this.#random.below(2) === 0) this.#deliverLate()
        break
      case 4:
        ignoringErrors(request.arriveInPart ?? request.arrive)
        if (this.#random.below(2) === 0) this.#deliverLate()
        request.reject(new Error('half of it failed'))
        break
      default:
        answer(request, request.arrive)
    }
  }

  /** Which fault, if any. A third of the worlds has many late commits and halves of transactions: they are worst together. */
  #draw({ isCommit, arriveInPart }: Request): number {
    const isWorst = this.#isSpiteful && this.#random.below(3) === 0
    if (isWorst && isCommit) return 2
    if (isWorst && arriveInPart !== undefined) return 4
    return this.#random.below(13)
  }

  /** A late request is worst when it finds half a transaction: then it comes more often. */
  #deliverLate(): void {
    if (this.#late.length > 0) ignoringErrors(this.#taken(this.#late))
  }

  #taken<T>(all: T[]): T {
    return all.splice(this.#random.below(all.length), 1)[0] as T
  }

  #ask<T>(
    process: Process,
    arrive: () => T,
    { isCommit = false, arriveInPart }: { isCommit?: boolean; arriveInPart?: () => T } = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (process.isDead) return // it never hears anything again
      const asked = { process, isCommit, arrive, reject, resolve: resolve as (answer: unknown) => void }
      this.#onWay.push(arriveInPart === undefined ? asked : { ...asked, arriveInPart })
    })
  }

  #ownership(process: Process, epoch: number, assertUnchanged: () => void): Ownership {
    const { log } = this
    return {
      restore: async (take) => {
        let [next, end] = [0, 1]
        for (let isFirst = true; next < end; isFirst = false) {
          const read = await this.#ask(process, () => ({ ...log.read('journals', next), end: log.end('journals') }))
          if (isFirst) end = read.end
          for (const { key, value } of read.records) take(key, value)
          next = read.next
        }
      },
      hasUnique: () => this.#ask(process, () => log.read('unique', 0).records.length > 0),
      fetch: (offset) => this.#ask(process, () => this.#fetch(offset)),
      append: (output) => {
        assertUnchanged()
        return this.#ask(process, () => log.append(epoch, output, TOPICS), {
          arriveInPart: () => this.#appendInPart(epoch, output),
        })
      },
      commit: () => {
        assertUnchanged()
        return this.#ask(process, () => log.commit(epoch), { isCommit: true })
      },
      close: async () => {},
    }
  }

  #fetch(offset: number): Fetched {
    const startOffset = this.#startOffset
    const from = this.raw.findIndex((record) => record.offset >= offset)
    const records = from === -1 ? [] : this.raw.slice(from, from + 1 + this.#random.below(8))
    const endOffset = (this.raw.at(-1)?.offset ?? -1) + 1
    if (offset < startOffset) return { kind: 'out-of-range', startOffset, endOffset }
    return {
      kind: 'records',
      records,
      nextOffset: (records.at(-1)?.offset ?? offset - 1) + 1,
      startOffset,
      endOffset,
    }
  }

  /** Some of the brokers take their part; the answer names only those. */
  #appendInPart(epoch: number, output: Output): Appended[] {
    return this.log.append(
      epoch,
      output,
      TOPICS.filter(() => this.#random.below(2) === 0),
    )
  }

  committed(topic: (typeof TOPICS)[number]): OutputRecord[] {
    return this.log.read(topic, 0).records
  }
}

function answer(request: Request, arrive: () => unknown): void {
  try {
    request.resolve(arrive())
  } catch (error) {
    request.reject(error as Error)
  }
}

function ignoringErrors(arrive: () => unknown): void {
  try {
    arrive()
  } catch {
    // nobody hears the answer
  }
}
