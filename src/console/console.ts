import type { Identity } from '../invoice/identity.ts'
import type { SeenCluster } from '../kafka/broker-watch.ts'
import type { TailWatcher } from '../kafka/follow-tail.ts'
import type { RecordOutline } from '../kafka/read-record.ts'
import { pause } from '../waiting.ts'
import { conflictIn } from './conflict-record.ts'
import { RecentConflicts } from './conflicts.ts'
import { type FoundInvoice, findInvoice } from './invoice.ts'
import { type KnownJournals, type Sweep, sweep } from './journal-sweep.ts'
import type { SilenceRules } from './pace.ts'
import { RecentAnswers, type SeenAnswer } from './recent-answers.ts'
import { type FoundRecord, outlineOf } from './record.ts'
import { type Figures, Snapshots } from './snapshots.ts'
import { type FoundStore, findStores, journalsOf, type Page, type PageOf, type StorePage } from './stores.ts'
import { Throttled } from './throttled.ts'
import { eventText, type Stream, Viewers } from './viewers.ts'

/** What the console is made of. Nothing of it changes anything. */
export interface ConsoleSources {
  /** Read once a second while somebody watches. */
  readonly figures: () => Figures
  /** null: this gateway does not follow `.journals`. */
  readonly journals: KnownJournals | null
  readonly rules: SilenceRules
  /** Each has a connection to the operator's listener; others need some, too. */
  readonly maxViewers: number
  readonly place: (storeId: string) => { readonly topic: string; readonly partition: number }
  /** Both run only while somebody watches. */
  readonly brokers: { readonly seen: SeenCluster; watch(signal: AbortSignal, onChange: () => void): Promise<void> }
  readonly followConflicts: (watcher: TailWatcher, signal: AbortSignal) => Promise<void>
  readonly readRecord: (place: { partition: number; offset: number }) => Promise<RecordOutline | undefined>
}

const LIMITS = { maxUnreadBytes: 262_144, maxSkipped: 15 }
const EVERY_MS = 1_000
/** Whoever reloads the page finds everything as it was. */
const WATCHED_FOR_MS = 10_000
/** Sweeps take no more than a fifth of the time. */
const SWEEP_PAUSE_FACTOR = 4
const [MAX_SEARCHES, MAX_READS] = [4, 2] as const
const LISTED_CONFLICTS = 50

/** Too many ask at the same time. */
export class TooMany extends Error {}

/**
 * What operators watch: one snapshot a second for all viewers, and answers to their searches. Works only while somebody
 * watches; what costs next to nothing is counted always.
 */
export class Console {
  readonly #sources: ConsoleSources
  readonly #answers = new RecentAnswers()
  readonly #conflicts = new RecentConflicts()
  readonly #throttled = new Throttled()
  readonly #viewers: Viewers
  readonly #snapshots: Snapshots
  /** The event of the latest snapshot. */
  #latest = ''
  #sweep: Sweep | null = null
  #conflictsReadable: boolean | null = null
  #watching: AbortController | undefined
  #unwatchedAtMs = 0
  #timer: NodeJS.Timeout | undefined
  #searches = 0
  #reads = 0

  constructor(sources: ConsoleSources) {
    this.#sources = sources
    this.#viewers = new Viewers({ ...LIMITS, maxViewers: sources.maxViewers })
    this.#snapshots = new Snapshots(this.#answers)
  }

  noteAnswer(answer: SeenAnswer): void {
    this.#answers.note(answer)
  }

  noteThrottle(what: 'pause' | 'began' | 'ended', broker: string, ms: number): void {
    this.#throttled.note(what, broker, ms)
  }

  /** This gateway has found that an invoice has an identity that is taken. */
  noteConflict({ storeId, terminalId, journalId, sequenceNumber }: Identity): void {
    const identity = { storeId, terminalId, journalId, sequenceNumber }
    this.#conflicts.note({ ...identity, atMs: Date.now(), from: 'refused', offset: null })
  }

  get hasRoom(): boolean {
    return this.#viewers.hasRoom
  }

  /** Sends everything to one more viewer, beginning with the figures of the last minutes. There must be room. */
  show(stream: Stream): void {
    this.#viewers.add(stream, eventText('history', this.#snapshots.history) + this.#latest)
    if (this.#watching === undefined) this.#begin()
  }

  findStores(prefix: string, page: PageOf): Promise<Page<FoundStore> | null> {
    const { journals, rules } = this.#sources
    return this.#search(async () => (journals === null ? null : await findStores(journals, prefix, page, rules)))
  }

  storePage(storeId: string, page: PageOf): Promise<StorePage | null> {
    const { journals, rules } = this.#sources
    return this.#search(async () => {
      if (journals === null) return null
      const found = await journalsOf(journals, storeId, page, rules)
      return { storeId, ...found, conflicts: this.#conflicts.latest(LISTED_CONFLICTS, storeId) }
    })
  }

  /** What `.journals` says of an invoice, and its record. */
  async invoice(identity: Identity): Promise<{ found: FoundInvoice; record: FoundRecord } | null> {
    const { journals, place, readRecord } = this.#sources
    if (journals === null) return null
    const found = findInvoice(journals, identity, place(identity.storeId))
    if (found.state !== 'stored') return { found, record: { state: 'no-place' } }
    if (this.#reads >= MAX_READS) throw new TooMany()
    this.#reads++
    try {
      const { partition, offset } = found.receipt
      const record = await readRecord({ partition, offset: Number(offset) })
      return { found, record: outlineOf(record, identity) }
    } catch (error) {
      return { found, record: { state: 'unread', reason: error instanceof Error ? error.message : 'it failed' } }
    } finally {
      this.#reads--
    }
  }

  /** Ends what viewers get. */
  stop(): void {
    this.#viewers.stop()
    this.#end()
  }

  async #search<T>(work: () => Promise<T>): Promise<T> {
    if (this.#searches >= MAX_SEARCHES) throw new TooMany()
    this.#searches++
    try {
      return await work()
    } finally {
      this.#searches--
    }
  }

  #begin(): void {
    const watching = new AbortController()
    this.#watching = watching
    const { signal } = watching
    this.#timer = setInterval(() => this.#tick(), EVERY_MS)
    const { brokers, journals, followConflicts } = this.#sources
    void brokers.watch(signal, () => this.#tick())
    if (journals !== null) {
      void this.#sweepOn(journals, signal)
      void followConflicts(this.#conflictWatcher(), signal)
    }
    this.#tick()
  }

  #conflictWatcher(): TailWatcher {
    return {
      onBegin: () => this.#conflicts.forgetStored(),
      onRecord: (record) => {
        const raw = { ...record, offset: Number(record.offset), timestampMs: Number(record.timestamp) }
        const conflict = conflictIn(raw)
        if (conflict !== undefined) this.#conflicts.note(conflict)
      },
      onState: (isReadable) => {
        this.#conflictsReadable = isReadable
      },
    }
  }

  #end(): void {
    this.#watching?.abort()
    this.#watching = undefined
    clearInterval(this.#timer)
    this.#latest = ''
    this.#answers.rest()
  }

  #tick(): void {
    const nowMs = performance.now()
    if (this.#viewers.size > 0) this.#unwatchedAtMs = nowMs
    else if (nowMs - this.#unwatchedAtMs > WATCHED_FOR_MS) {
      this.#end()
      return
    }
    const { figures, brokers, journals } = this.#sources
    const snapshot = this.#snapshots.take(figures(), {
      viewers: this.#viewers.size,
      cluster: this.#throttled.addTo(brokers.seen),
      journals:
        journals === null
          ? null
          : {
              sweep: this.#sweep,
              conflicts: this.#conflicts.latest(LISTED_CONFLICTS),
              conflictsReadable: this.#conflictsReadable,
            },
    })
    if (snapshot === null) return
    this.#latest = eventText('snapshot', snapshot)
    this.#viewers.send(this.#latest)
  }

  async #sweepOn(journals: KnownJournals, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const beganMs = performance.now()
      const before = this.#sweep
      this.#sweep = (await sweep(journals, this.#sources.rules, signal)) ?? before
      if (signal.aborted) return
      if (this.#sweep?.silentTerminals !== before?.silentTerminals) this.#tick()
      const tookMs = performance.now() - beganMs
      await pause(Math.max(EVERY_MS - tookMs, SWEEP_PAUSE_FACTOR * tookMs), signal)
    }
  }
}
