/**
 * Asks whether the bytes of a task may take `sizeBytes` of memory in all, while it finds out how large they are. `true`:
 * they are reserved. A later answer replaces the one before.
 */
export type Ask = (sizeBytes: number) => boolean

/** What a worker says to ask the main thread, and where that writes its answer. */
export interface Question {
  readonly kind: 'ask'
  readonly sizeBytes: number
  readonly answer: Int32Array<SharedArrayBuffer>
}

const [OPEN, GRANTED, REFUSED] = [0, 1, 2]
/** The main thread answers in its next turn. If it does not, there is no memory. */
const ANSWER_TIMEOUT_MS = 10_000

/** For a worker: asks the main thread with `say`, and waits for the answer. */
export function askMainThread(say: (question: Question) => void): Ask {
  const answer = new Int32Array(new SharedArrayBuffer(4))
  return (sizeBytes) => {
    Atomics.store(answer, 0, OPEN)
    say({ kind: 'ask', sizeBytes, answer })
    Atomics.wait(answer, 0, OPEN, ANSWER_TIMEOUT_MS)
    return Atomics.load(answer, 0) === GRANTED
  }
}

/** For the main thread: answers the worker that asked. */
export function answerWorker({ answer }: Question, isGranted: boolean): void {
  Atomics.store(answer, 0, isGranted ? GRANTED : REFUSED)
  Atomics.notify(answer, 0)
}
