import { getPriority, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { type Ask, askMainThread, type Question } from './ask.ts'

/**
 * What a worker tells its pool: that it is up, what it asks for, or what became of its task; and how much processor time
 * it has used.
 */
export type WorkerMessage<Result> =
  | { readonly kind: 'up'; readonly cpuMs: number }
  | Question
  | { readonly kind: 'result'; readonly result: Result; readonly cpuMs: number }
  | { readonly kind: 'thrown'; readonly error: unknown; readonly cpuMs: number }

/** How far a worker's priority is below the main thread's (nice values, see setpriority(2)). */
const WORKER_NICENESS = 19
const MAX_NICENESS = 19

/**
 * Called once by the module of a worker. From then on the thread does tasks with the function that `create` makes from
 * the pool's `workerData`. A task may ask for memory. `buffersOf` names the memory that moves out with a result. The
 * thread runs at a lower priority than the main one, which everybody waits for.
 */
export function inWorker<Settings, Task, Result>(
  create: (settings: Settings) => (task: Task, ask: Ask) => Result,
  buffersOf: (result: Result) => ArrayBuffer[],
): void {
  // On Linux this applies to this thread alone. A nice value below the process's own would need a privilege.
  if (process.platform === 'linux') setPriority(Math.min(getPriority() + WORKER_NICENESS, MAX_NICENESS))
  const work = create(workerData as Settings)
  const say = (message: WorkerMessage<Result>, transfer: ArrayBuffer[] = []) =>
    parentPort!.postMessage(message, transfer)
  const ask = askMainThread(say)
  parentPort!.on('message', (task: Task) => {
    try {
      const result = work(task, ask)
      say({ kind: 'result', result, cpuMs: cpuMs() }, buffersOf(result))
    } catch (error) {
      say({ kind: 'thrown', error, cpuMs: cpuMs() })
    }
  })
  say({ kind: 'up', cpuMs: cpuMs() })
}

/** Of this thread. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
