import { getPriority, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'

/** What a worker says to its pool: that it is up, or what became of its task. */
export type WorkerMessage<Result> =
  | { readonly kind: 'up' }
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'thrown'; readonly error: unknown }

/** How much less a worker counts than the main thread when both want the processor (nice values, see setpriority(2)). */
const WORKER_NICENESS = 19
const MAX_NICENESS = 19

/**
 * Called once by the module of a worker: from then on the thread does tasks with the function that `create` makes of
 * the pool's `workerData`. `buffersOf` names the memory that moves out with a result. The thread steps back behind the
 * main one, on which everybody waits.
 */
export function inWorker<Settings, Task, Result>(
  create: (settings: Settings) => (task: Task) => Result,
  buffersOf: (result: Result) => ArrayBuffer[],
): void {
  // On Linux it is this thread's alone. Less than the process already has would need a privilege.
  if (process.platform === 'linux') setPriority(Math.min(getPriority() + WORKER_NICENESS, MAX_NICENESS))
  const work = create(workerData as Settings)
  const say = (message: WorkerMessage<Result>, transfer: ArrayBuffer[] = []) =>
    parentPort!.postMessage(message, transfer)
  parentPort!.on('message', (task: Task) => {
    try {
      const result = work(task)
      say({ kind: 'result', result }, buffersOf(result))
    } catch (error) {
      say({ kind: 'thrown', error })
    }
  })
  say({ kind: 'up' })
}
