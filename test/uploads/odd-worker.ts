/** A worker's module for the tests of the pool: does what a task says, good or bad. */
import { isMainThread } from 'node:worker_threads'
import { statFields } from '../../dev/proc-stat.ts'
import type { Ask } from '../../src/uploads/ask.ts'
import { inWorker } from '../../src/uploads/in-worker.ts'

export interface OddTask {
  readonly what: 'double' | 'throw' | 'exit' | 'fill-memory' | 'loop' | 'where' | 'wait' | 'ask'
  readonly bytes?: Uint8Array<ArrayBuffer>
}

export interface OddResult {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly isMainThread: boolean
  /** The nice value of the thread. */
  readonly nice: number
}

/** While it holds 1, no new thread comes up. */
export type OddSettings = Int32Array<SharedArrayBuffer>

const pause = new Int32Array(new SharedArrayBuffer(4))

function create(failing: OddSettings): (task: OddTask, ask: Ask) => OddResult {
  if (Atomics.load(failing, 0) === 1) throw new Error('this thread does not come up')
  return ({ what, bytes = new Uint8Array() }, ask) => {
    if (what === 'ask') bytes = Uint8Array.from([ask(100), ask(200), ask(300)].map(Number))
    if (what === 'throw') throw new Error('thrown in the worker')
    if (what === 'exit') process.exit(3)
    if (what === 'fill-memory') fillMemory()
    if (what === 'loop') while (true);
    if (what === 'wait') Atomics.wait(pause, 0, 0, 200)
    return { bytes: bytes.map((byte) => 2 * byte), isMainThread, nice: niceOf('/proc/thread-self/stat') }
  }
}

function fillMemory(): never {
  for (const kept: unknown[] = []; ; ) kept.push(Array.from({ length: 10_000 }, (_, i) => ({ i })))
}

/** Elsewhere all threads of a process have one nice value. */
export const THREADS_HAVE_NICE_VALUES = process.platform === 'linux'

/** Field 19 of a thread's `stat` (proc(5)); its name, field 2, may hold anything. 0 where threads have none. */
export function niceOf(statPath: string): number {
  if (!THREADS_HAVE_NICE_VALUES) return 0
  return Number(statFields(statPath)[16])
}

if (!isMainThread) inWorker(create, ({ bytes }) => [bytes.buffer])
