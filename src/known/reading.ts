import type { JournalRecord, JournalsView } from './journals-view.ts'

/** What is told of the reading of `.journals`. */
export interface ReadingWatcher {
  /** The end of every partition was reached: for the first time, or again after `behindMs`. */
  caughtUp(journals: number, behindMs: number): void
  /** Some partition has not reached its end for long. */
  fellBehind(offsets: number): void
  failed(error: Error): void
}

/** It is told once when the view has been behind for so long. */
const BEHIND_MS = 10_000

/** Feeds the view with what is read of `.journals`, and keeps how far behind it is. */
export class JournalsReading {
  readonly #view: JournalsView
  readonly #watcher: ReadingWatcher
  readonly #now: () => number
  readonly #left = new Map<number, number>()
  readonly #partitions: number
  /** Monotonic time when the end of every partition was last reached, or when the reading began. */
  #rightAtMs: number
  #isBehind = true
  #isTold = false

  constructor(view: JournalsView, { partitions, watcher, now = () => performance.now() }: ReadingOptions) {
    this.#view = view
    this.#watcher = watcher
    this.#now = now
    this.#partitions = partitions
    this.#rightAtMs = now()
  }

  /** Offsets that are left to read, as far as was seen. */
  get leftOffsets(): number {
    let sum = 0
    for (const offsets of this.#left.values()) sum += offsets
    return sum
  }

  /** How long ago all was read that there was. */
  get ageMs(): number {
    return this.#now() - this.#rightAtMs
  }

  begin(): void {
    this.#view.begin()
    this.#left.clear()
    this.#isBehind = true
  }

  take(partition: number, records: readonly JournalRecord[]): boolean {
    return records.every((record) => this.#view.take(partition, record))
  }

  left(partition: number, offsets: number): void {
    this.#left.set(partition, offsets)
    if (offsets === 0) this.#view.reachedEnd(partition)
    if (this.leftOffsets > 0 || this.#left.size < this.#partitions) {
      this.#checkAge()
      return
    }
    if (this.#isBehind || this.#isTold) this.#watcher.caughtUp(this.#view.journals, this.ageMs)
    this.#isBehind = false
    this.#isTold = false
    this.#rightAtMs = this.#now()
  }

  failed(error: Error): void {
    this.#watcher.failed(error)
    this.#checkAge()
  }

  #checkAge(): void {
    if (this.#isTold || this.ageMs < BEHIND_MS) return
    this.#isTold = true
    this.#watcher.fellBehind(this.leftOffsets)
  }
}

export interface ReadingOptions {
  readonly partitions: number
  readonly watcher: ReadingWatcher
  /** Monotonic clock, in milliseconds. */
  readonly now?: () => number
}
