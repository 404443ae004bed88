import { getPriority, setPriority } from 'node:os'
import { workerData } from 'node:worker_threads'
import { move, transferableSymbol, valueSymbol } from 'piscina'

/** How much less a worker counts than the main thread when both want the processor (nice values, see setpriority(2)). */
const WORKER_NICENESS = 19
const MAX_NICENESS = 19

/**
 * Makes the default export of a worker's module out of a function that does one task. `create` gets the pool's
 * `workerData` once; `buffersOf` names the memory that moves out with a result. The thread steps back behind the main
 * one, on which everybody waits.
 */
export function inWorker<Settings, Task, Result>(
  create: (settings: Settings) => (task: Task) => Result,
  buffersOf: (result: Result) => ArrayBuffer[],
): (task: Task) => unknown {
  // There it is this thread's alone. Less than the process already has would need a privilege.
  if (process.platform === 'linux') setPriority(Math.min(getPriority() + WORKER_NICENESS, MAX_NICENESS))
  const work = create(workerData as Settings)
  return (task) => {
    const result = work(task)
    return move({ [transferableSymbol]: buffersOf(result), [valueSymbol]: result } as never)
  }
}
