import assert from 'node:assert/strict'
import { Lane, type LaneEntry } from '../../src/accumulator/lane.ts'
import type { Outcome } from '../../src/accumulator/outcome.ts'
import type { BatchOutcome, ProducerBatch } from '../../src/accumulator/producer-batch.ts'
import { FakePublisher, LIMITS, recordOf } from '../accumulator/fakes.ts'

interface Entry extends LaneEntry {
  outcome: Outcome | undefined
}

/** A batch that its publisher has not answered for. */
interface Outstanding {
  readonly batch: ProducerBatch
  readonly answer: (outcome: BatchOutcome) => void
}

/** Something that can happen next. */
export interface Happening {
  readonly name: string
  readonly happen: () => void
}

const RECORDS = 3
const REPLACED = { kind: 'unknown', reason: 'producer-replaced' } as const

/**
 * The real lane and its batches, a publisher that keeps its contract, and a partition's log that knows a batch again. Its
 * records come one after the other.
 */
export class LaneWorld {
  readonly #publisher = new FakePublisher()
  readonly #lane = new Lane(0, this.#publisher, { ...LIMITS, maxBatchRecords: 2 }, () => 0)
  readonly #entries: Entry[] = []
  readonly #timedOut = new Set<Entry>()
  readonly #log: string[] = []
  /** Where a batch was stored. */
  readonly #stored = new Map<ProducerBatch, number>()
  /** Batches that may still be stored, although nobody waits for the answer. */
  readonly #late = new Set<ProducerBatch>()
  readonly #linger: (() => void)[]
  #answered = 0
  #isClosed = false

  /** `linger`: what the lane has set to run at the end of this turn. */
  constructor(linger: (() => void)[]) {
    this.#linger = linger
  }

  /** All that can happen now. */
  get happenings(): Happening[] {
    const all: Happening[] = []
    const can = (name: string, happen: () => void) => all.push({ name, happen })
    if (this.#entries.length < RECORDS && !this.#isClosed) can('append', () => this.#append())
    if (this.#linger.length > 0) can('leave', () => this.#leave())
    const out = this.#outstanding
    if (out?.batch.isRecalled) can('not attempted', () => this.#answer(out, { kind: 'not-attempted' }))
    else if (out !== undefined) this.#attempts(out, can)
    for (const batch of this.#late) can('land', () => this.#land(batch))
    for (const entry of this.#entries)
      if (entry.outcome === undefined && !this.#timedOut.has(entry)) can('time out', () => this.#timeOut(entry))
    if (!this.#isClosed) can('close', () => this.#close())
    return all
  }

  /** Each kind of attempt to send the batch, with what becomes of it. */
  #attempts(out: Outstanding, can: (name: string, happen: () => void) => void): void {
    const { batch } = out
    const attempt = () => assert.ok(batch.beginAttempt(), 'a batch that is out and not recalled may be sent')
    const refused = (answer: BatchOutcome) => {
      attempt()
      batch.attemptRefused()
      this.#answer(out, batch.attempts === 0 ? answer : REPLACED)
    }
    can('ok', () => {
      attempt()
      this.#answer(out, { kind: 'acknowledged', baseOffset: BigInt(this.#store(batch)) })
    })
    can('answer lost', () => {
      attempt()
      this.#store(batch)
    })
    can('late', () => {
      attempt()
      this.#late.add(batch)
    })
    can('refused', () => refused({ kind: 'rejected', reason: 'refused' }))
    can('too large', () => refused({ kind: 'too-large' }))
    if (batch.attempts > 0) can('producer replaced', () => this.#answer(out, REPLACED))
  }

  /** Everything goes well from now on, until nothing waits any more. */
  async heal(): Promise<void> {
    for (let steps = 0; this.#linger.length > 0 || this.#outstanding !== undefined; steps++) {
      assert.ok(steps < 20, 'the lane is never empty')
      this.#leave()
      const out = this.#outstanding
      if (out?.batch.isRecalled) this.#answer(out, { kind: 'not-attempted' })
      else if (out !== undefined) {
        out.batch.beginAttempt()
        this.#answer(out, { kind: 'acknowledged', baseOffset: BigInt(this.#store(out.batch)) })
      }
      await Promise.resolve()
    }
    for (const batch of this.#late) this.#land(batch)
  }

  /** What the lane promises, of everything that has happened; to be asked when nothing waits any more. */
  judge(): void {
    let lastOffset = -1
    for (const { record, outcome, state } of this.#entries) {
      const name = record.identity
      const copies = this.#log.filter((logged) => logged === name).length
      assert.ok(outcome !== undefined && state !== 'waiting' && state !== 'in-flight', `${name} has no outcome`)
      assert.ok(copies <= 1, `${name} is in the log ${copies} times`)
      if (outcome.kind === 'rejected') assert.equal(copies, 0, `${name} was rejected, and is in the log`)
      if (outcome.kind !== 'acknowledged') continue
      const offset = Number(outcome.offset)
      assert.equal(this.#log[offset], name, `${name} is not where its receipt says`)
      assert.ok(offset > lastOffset, `${name} is out of order`)
      lastOffset = offset
    }
  }

  /** What each record was told. */
  get outcomes(): string[] {
    return this.#entries.map(({ outcome }) =>
      outcome?.kind === 'acknowledged' ? outcome.kind : `${outcome?.kind} ${outcome?.reason}`,
    )
  }

  get #outstanding(): Outstanding | undefined {
    assert.ok(this.#publisher.published.length <= this.#answered + 1, 'two batches are out at once')
    return this.#publisher.published[this.#answered]
  }

  #append(): void {
    const entry: Entry = {
      record: recordOf('abc'[this.#entries.length]!),
      sizeBytes: 100,
      state: 'waiting',
      position: 0,
      appendedAtMs: 0,
      isCutOff: false,
      outcome: undefined,
      onSettled: (outcome) => {
        assert.equal(entry.outcome, undefined, `${entry.record.identity} is told two outcomes`)
        entry.outcome = outcome
      },
    }
    this.#entries.push(entry)
    this.#lane.append(entry)
  }

  #leave(): void {
    for (const drain of this.#linger.splice(0)) drain()
  }

  #answer({ batch, answer }: Outstanding, outcome: BatchOutcome): void {
    this.#answered++
    batch.end()
    answer(outcome)
  }

  /** What a broker does with a batch: one that it has already it does not append again. */
  #store(batch: ProducerBatch): number {
    this.#late.delete(batch)
    const known = this.#stored.get(batch)
    if (known !== undefined) return known
    const offset = this.#log.push(...batch.records.map(({ identity }) => identity)) - batch.records.length
    this.#stored.set(batch, offset)
    return offset
  }

  #land(batch: ProducerBatch): void {
    this.#store(batch)
  }

  #timeOut(entry: Entry): void {
    this.#timedOut.add(entry)
    if (this.#lane.withdraw(entry)) entry.onSettled({ kind: 'rejected', reason: 'expired' })
  }

  #close(): void {
    this.#isClosed = true
    this.#lane.abandon()
  }
}
