/**
 * Records of one partition that were appended together and whose order in the log matters. As soon as one of them may
 * be missing, the chain is broken there: records before the break are sent, records that still wait behind it are not.
 * The client that sends the missing record again also sends those behind it again, so the order holds.
 *
 * A record that another request has already brought is joined only if it is behind the chain's last record. So the
 * records of every chain are in their lane in the chain's order. Where requests overlap, each of them keeps the order
 * by itself.
 *
 * A chain belongs to a request, not to a terminal. After a break the rest of the request must not be appended, but a
 * resend must be. So there would have to be state for each request anyway. And a failed resend of records that are
 * already in the log would reject the invoices behind them that another request, or a live post, has in flight.
 */
export class Chain {
  #length = 0
  #brokenAt = Number.POSITIVE_INFINITY
  #lastPosition = Number.NEGATIVE_INFINITY

  /** `true`: no further record may be appended. */
  get isBroken(): boolean {
    return this.#brokenAt < Number.POSITIVE_INFINITY
  }

  /** Position in the lane. The next record must be at this position or behind it. */
  get lastPosition(): number {
    return this.#lastPosition
  }

  /** Adds a record that is at `position` in its lane. Returns its place in the chain. */
  take(position: number): number {
    this.#lastPosition = Math.max(this.#lastPosition, position)
    return this.#length++
  }

  /**
   * Breaks the chain for good: the record at `place` may not be in the log. Without a place, it is the record that
   * would have come next. Must be called before the lane can take its next batch.
   */
  breakAt(place = this.#length): void {
    this.#brokenAt = Math.min(this.#brokenAt, place)
  }

  /** Whether the record at `place` is behind the break. */
  cutsOff(place: number): boolean {
    return place > this.#brokenAt
  }
}
