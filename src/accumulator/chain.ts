/**
 * Records of one partition that were appended together and whose order in the log matters: as soon as one of them may
 * be missing, the chain is broken there, and none that still waits behind it is sent; those before it are. Whoever sends
 * it again sends those behind it again too, and the order holds.
 *
 * A record that another request has brought already is joined only where it stands behind the chain's last record. So
 * the records of every chain stand in their lane in its order, and where requests overlap, each of them alone keeps the
 * order.
 *
 * A chain belongs to a request, not to a terminal. After a break the rest of the request must not be appended while a
 * resend must, so there would be a state for each request all the same. And a failed resend of what is in the log
 * already would reject the invoices that another request, or a live post, has under way behind it.
 */
export class Chain {
  #length = 0
  #brokenAt = Number.POSITIVE_INFINITY
  #lastPosition = Number.NEGATIVE_INFINITY

  /** No further record may be appended. */
  get isBroken(): boolean {
    return this.#brokenAt < Number.POSITIVE_INFINITY
  }

  /** Position in the lane behind which, or at which, the next record has to stand. */
  get lastPosition(): number {
    return this.#lastPosition
  }

  /** The place of one more record, at the end; it stands at `position` in its lane. */
  take(position: number): number {
    this.#lastPosition = Math.max(this.#lastPosition, position)
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
