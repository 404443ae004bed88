import assert from 'node:assert/strict'
import type { MockTimers } from 'node:test'
import { Accumulator } from '../../src/accumulator/accumulator.ts'
import { Chain } from '../../src/accumulator/chain.ts'
import { isFinal, type Outcome } from '../../src/accumulator/outcome.ts'
import type { BatchOutcome } from '../../src/accumulator/producer-batch.ts'
import { BufferMemory } from '../../src/admission/buffer-memory.ts'
import { FakePublisher, recordOf, turn } from './fakes.ts'

/** What becomes of a batch: stored and told, stored and not told, stored only later and not told, never stored. */
export type Fate = 'stored' | 'stored-untold' | 'late' | 'lost' | 'too-large' | 'refused'

export type Step =
  /**
   * Opens an upload of the next `count` invoices that the till has no answer for. `isOther`: it comes from somebody
   * else, and the first of them with other bytes.
   */
  | { readonly kind: 'upload'; readonly till: number; readonly count: number; readonly isOther: boolean }
  /** Appends the next `count` invoices of one of the open uploads, as the window lets them in. */
  | { readonly kind: 'append'; readonly upload: number; readonly count: number }
  /** The till, which sends one at a time, posts the next invoice that it has no answer for. */
  | { readonly kind: 'post'; readonly till: number }
  /** The answer to an open upload will be lost. */
  | { readonly kind: 'hang-up'; readonly upload: number }
  | { readonly kind: 'attempt' }
  | { readonly kind: 'answer'; readonly fate: Fate }
  /** A batch that nobody waits for any more reaches the log after all. */
  | { readonly kind: 'land' }
  | { readonly kind: 'wait'; readonly ms: number }

export interface Plan {
  readonly stallAfterMs: number
  /** Invoices that the topic finds too large, by till, until somebody raises its limit. */
  readonly large: readonly (readonly number[])[]
  readonly steps: readonly Step[]
}

export const DELIVERY_TIMEOUT_MS = 100
const MAX_BATCH_RECORDS = 2
const HEALING_ROUNDS = 100

interface Upload {
  readonly till: Till
  readonly numbers: readonly number[]
  readonly isOther: boolean
  readonly chain: Chain
  readonly outcomes: Outcome[]
  appended: number
  isHeard: boolean
}

/** What a till knows. */
interface Till {
  readonly name: string
  readonly large: readonly number[]
  /** Invoices up to this one it need not send again. */
  done: number
  /** The highest number that it ever sent. */
  sent: number
}

/** So often an invoice is too large before somebody raises the limit of the topic. */
const REFUSALS_BEFORE_RAISE = 3

/** Tills that keep the rule, one lane, a publisher whose answers are lost, and the log. */
export class OrderModel {
  readonly #timers: MockTimers
  readonly #publisher = new FakePublisher()
  readonly #memory = new BufferMemory(1_000_000)
  readonly #accumulator: Accumulator
  readonly #tills: readonly Till[]
  readonly #log: string[] = []
  readonly #acknowledged = new Set<string>()
  /** Of what was acknowledged, upload by upload, in its order. */
  readonly #offsets: number[][] = []
  /** Of large invoices: how often each was refused. */
  readonly #refusals = new Map<string, number>()
  #uploads: Upload[] = []
  #late: string[][] = []
  #answered = 0
  #nowMs = 0

  constructor({ stallAfterMs, large }: Plan, timers: MockTimers) {
    this.#timers = timers
    this.#publisher.lastAnswerAtMs = Number.POSITIVE_INFINITY
    this.#tills = large.map((large, till) => ({ name: `T${till}`, large, done: 0, sent: 0 }))
    this.#accumulator = new Accumulator({
      publisher: this.#publisher,
      partitions: 1,
      limits: { maxBatchRecords: MAX_BATCH_RECORDS, maxBatchBytes: 10_000, lingerMs: 0, stallAfterMs },
      deliveryTimeoutMs: DELIVERY_TIMEOUT_MS,
      now: () => this.#nowMs,
    })
    this.#accumulator.open()
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      this.#take(step)
      await turn()
    }
  }

  /** Every till sends again what it has no answer for, to a Kafka that is well, until it has one for all. */
  async heal(): Promise<void> {
    for (let round = 0; !this.#isDone; round++) {
      assert.ok(round < HEALING_ROUNDS, 'tills are never done')
      for (const till of this.#tills) if (till.done < till.sent) this.#open(till, till.sent - till.done, false)
      for (const upload of this.#uploads) this.#append(upload, upload.numbers.length)
      await turn()
      for (let batches = 0; this.#outstanding !== undefined; batches++) {
        assert.ok(batches < HEALING_ROUNDS, 'the lane is never empty')
        this.#answer('stored')
        await turn()
      }
      this.#wait(DELIVERY_TIMEOUT_MS)
      await turn()
    }
    assert.equal(this.#memory.usedBytes, 0)
  }

  /**
   * The first records of what was acknowledged, terminal by terminal, are in the log and in order; and every upload was
   * told of places in its order.
   */
  judge(): void {
    for (const offsets of this.#offsets)
      assert.deepEqual(
        offsets,
        [...new Set(offsets)].sort((a, b) => a - b),
      )
    for (const { name, sent } of this.#tills) {
      let before = -1
      for (let number = 1; number <= sent; number++) {
        const identity = `${name}/${number}`
        if (!this.#acknowledged.has(identity)) continue
        const first = this.#log.indexOf(identity)
        assert.notEqual(first, -1, `${identity} is lost; the log: ${this.#log}`)
        assert.ok(first > before, `${identity} is out of order; the log: ${this.#log}`)
        before = first
      }
    }
  }

  get #isDone(): boolean {
    return this.#accumulator.pendingRecords === 0 && this.#tills.every(({ done, sent }) => done >= sent)
  }

  #take(step: Step): void {
    const till = 'till' in step ? this.#tills[step.till % this.#tills.length] : undefined
    const upload = 'upload' in step ? this.#uploads[step.upload % this.#uploads.length] : undefined
    if (step.kind === 'upload') this.#open(till!, step.count, step.isOther)
    else if (step.kind === 'post') this.#post(till!)
    else if (step.kind === 'append' && upload !== undefined) this.#append(upload, step.count)
    else if (step.kind === 'hang-up' && upload !== undefined) upload.isHeard = false
    else if (step.kind === 'attempt') this.#outstanding?.batch.beginAttempt()
    else if (step.kind === 'answer') this.#answer(step.fate)
    else if (step.kind === 'land') this.#log.push(...(this.#late.shift() ?? []))
    else if (step.kind === 'wait') this.#wait(step.ms)
  }

  #open(till: Till, count: number, isOther: boolean): void {
    const numbers = Array.from({ length: count }, (_, i) => till.done + 1 + i)
    till.sent = Math.max(till.sent, till.done + count)
    this.#uploads.push({ till, numbers, isOther, chain: new Chain(), outcomes: [], appended: 0, isHeard: !isOther })
  }

  #append(upload: Upload, count: number): void {
    const { till, numbers, isOther, chain, outcomes } = upload
    for (const number of numbers.slice(upload.appended, upload.appended + count)) {
      const place = upload.appended++
      void this.#send(till, number, isOther && place === 0, chain).then((outcome) => {
        outcomes[place] = outcome
        if (Object.keys(outcomes).length === numbers.length) this.#answerUpload(upload)
      })
    }
  }

  #answerUpload(upload: Upload): void {
    this.#uploads = this.#uploads.filter((other) => other !== upload)
    const { till, numbers, outcomes } = upload
    const offsets = outcomes.map((outcome) => (outcome.kind === 'acknowledged' ? Number(outcome.offset) : null))
    this.#offsets.push(offsets.filter((offset) => offset !== null))
    if (!upload.isHeard) return
    for (const [i, number] of numbers.entries())
      if (number === till.done + 1 && isFinal(outcomes[i] as Outcome)) till.done = number
  }

  #post(till: Till): void {
    const number = till.done + 1
    till.sent = Math.max(till.sent, number)
    void this.#send(till, number, false).then((outcome) => {
      if (isFinal(outcome)) till.done = Math.max(till.done, number)
    })
  }

  #send({ name }: Till, number: number, isOther: boolean, chain?: Chain): Promise<Outcome> {
    const identity = `${name}/${number}`
    const reservation = this.#memory.tryReserve(1)
    assert.ok(reservation)
    const appended = this.#accumulator.append(recordOf(identity, isOther ? 'other' : 'value'), reservation, chain)
    return appended.then((outcome) => {
      reservation.release()
      if (outcome.kind === 'acknowledged') this.#acknowledged.add(identity)
      return outcome
    })
  }

  get #outstanding() {
    return this.#publisher.published[this.#answered]
  }

  #answer(fate: Fate): void {
    const outstanding = this.#outstanding
    if (outstanding === undefined) return
    const { batch, answer } = outstanding
    this.#answered++
    if (batch.isRecalled) {
      answer({ kind: 'not-attempted' })
      return
    }
    if (batch.attempts === 0) batch.beginAttempt()
    const identities = batch.records.map(({ identity }) => identity)
    const outcome = this.#outcomeOf(fate, identities, batch.attempts === 1)
    if (outcome.kind === 'too-large' || outcome.kind === 'rejected') batch.attemptRefused()
    answer(outcome)
    batch.end()
  }

  /** `isFirst`: a refusal is definite, because there was no attempt before. */
  #outcomeOf(fate: Fate, identities: string[], isFirst: boolean): BatchOutcome {
    const large = identities.filter((identity) => this.#isLarge(identity))
    const isLarge = large.length > 0
    for (const identity of large) this.#refusals.set(identity, (this.#refusals.get(identity) ?? 0) + 1)
    const isRefused = isLarge || (fate === 'too-large' && identities.length > 1)
    if (isFirst && isRefused) return { kind: 'too-large' }
    if (isFirst && fate === 'refused') return { kind: 'rejected', reason: 'refused' }
    const baseOffset = BigInt(this.#log.length)
    if (!isLarge && (fate === 'stored' || fate === 'stored-untold')) this.#log.push(...identities)
    if (!isLarge && fate === 'late') this.#late.push(identities)
    if (!isLarge && fate === 'stored') return { kind: 'acknowledged', baseOffset }
    return { kind: 'unknown', reason: 'producer-replaced' }
  }

  #isLarge(identity: string): boolean {
    const [name, number] = identity.split('/')
    if ((this.#refusals.get(identity) ?? 0) >= REFUSALS_BEFORE_RAISE) return false
    return this.#tills.some((till) => till.name === name && till.large.includes(Number(number)))
  }

  #wait(ms: number): void {
    this.#nowMs += ms
    this.#timers.tick(ms)
  }
}
