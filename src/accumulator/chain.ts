/**
 * Records of one partition that were appended together and whose order in the log matters: as soon as one of them may
 * be missing, the chain is broken there, and none that still waits behind it is sent; those before it are. Whoever sends
 * it again sends those behind it again too, and the order holds.
 */
export class Chain {
  #length = 0
  #brokenAt = Number.POSITIVE_INFINITY

  /** No further record may be appended. */
  get isBroken(): boolean {
    return this.#brokenAt < Number.POSITIVE_INFINITY
  }

  /** The place of one more record, at the end. */
  take(): number {
    return this.#length++
  }

  /**
   * For ever. The record at `place` may not be in the log; without a place, one that would have come next. Has to be
   * called before the lane can take the next batch.
   */
  breakAt(place = this.#length): void {
    this.#brokenAt = Math.min(this.#brokenAt, place)
  }

  /** Whether the record at `place` is behind the break. */
  cutsOff(place: number): boolean {
    return place > this.#brokenAt
  }
}
