/**
 * Records of one partition that were appended together and whose order in the log matters: as soon as one of them may
 * be missing, the chain is broken and none that still waits behind it is sent. Whoever sends it again sends those
 * behind it again too, and the order holds.
 */
export class Chain {
  #isBroken = false

  get isBroken(): boolean {
    return this.#isBroken
  }

  /** For ever. Has to be called before the lane can take the next batch. */
  break(): void {
    this.#isBroken = true
  }
}
