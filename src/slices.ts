/** Short, because everybody waits for the slices of the others. */
const SLICE_MS = 2

/** Work that waits for its next slice, in order. */
const waiting: (() => void)[] = []

/** One slice in a turn of the event loop, whoever it is for: else many large requests would take long turns together. */
function giveTurn(): void {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(giveTurn)
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (waiting.length === 1) setImmediate(giveTurn)
  })
}

/**
 * Cuts the work that one request makes on the main thread into slices of about 2 ms: whenever `isOver`, await `next`, and
 * everybody else has a turn. `stepsAtLeast`: so many times it is not over at first, because so many steps take less.
 * Whoever knows that there is more work than one slice awaits `next` before it begins, too.
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
