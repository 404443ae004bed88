import { setImmediate as turn } from 'node:timers/promises'

/** Short, because the slices of several requests may come in one turn of the event loop. */
const SLICE_MS = 2

/**
 * Cuts the work that one request makes on the main thread into slices of about 2 ms: whenever `isOver`, await `next`, and
 * everybody else has a turn. `stepsAtLeast`: so many times it is not over at first, because so many steps take less.
 */
export class Slices {
  readonly #stepsAtLeast: number
  #endMs = performance.now() + SLICE_MS
  #steps = 0

  constructor(stepsAtLeast = 0) {
    this.#stepsAtLeast = stepsAtLeast
  }

  get isOver(): boolean {
    return ++this.#steps > this.#stepsAtLeast && performance.now() >= this.#endMs
  }

  async next(): Promise<void> {
    await turn()
    this.#endMs = performance.now() + SLICE_MS
    this.#steps = 0
  }
}
