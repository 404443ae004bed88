import type { PartitionState } from './partition-state.ts'

/** How a partition is getting on, for its operator. It is behind until it has moved, or has seen the end of the topic. */
export class Standing {
  readonly partition: number
  readonly #nowMs: () => number
  #lag = 0
  #journals = 0
  #next = 0
  /** When the position last moved, or was at the end of the raw topic. */
  #rightAtMs: number
  #reason: string | undefined = 'restoring'

  constructor(partition: number, nowMs: () => number) {
    this.partition = partition
    this.#nowMs = nowMs
    this.#rightAtMs = nowMs()
  }

  /** Why the partition is not judged now; undefined if it is. */
  get reason(): string | undefined {
    return this.#reason
  }

  /**
   * What is shown at a scrape. `lag`: raw records that are not judged yet, as far as was seen. `positionAgeMs`: how long the
   * position has been behind the end of the raw topic without moving.
   */
  get figures() {
    const positionAgeMs = this.#nowMs() - this.#rightAtMs
    return { partition: this.partition, lag: this.#lag, journals: this.#journals, positionAgeMs }
  }

  /** The state is complete. The position may have moved meanwhile, under another owner. */
  restored(state: PartitionState): void {
    this.#reason = undefined
    this.#take(state)
  }

  fetched(lag: number): void {
    this.#lag = lag
    if (lag === 0) this.#rightAtMs = this.#nowMs()
  }

  committed(state: PartitionState): void {
    this.#take(state)
  }

  /** It is not judged any more, for now or for good. */
  lost(reason: string): void {
    this.#reason = reason
  }

  #take({ journals, position }: PartitionState): void {
    this.#journals = journals
    if (position.next > this.#next) this.#rightAtMs = this.#nowMs()
    this.#next = position.next
  }
}
