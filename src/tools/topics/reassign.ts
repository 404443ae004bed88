import { pause } from '../../waiting.ts'
import type { Replicas } from './spread.ts'

/** What the cluster can be told and asked. */
export interface Cluster {
  start(changes: readonly Replicas[]): Promise<void>
  /** Those of the partitions whose replicas still move. */
  fetchReassigning(partitions: readonly number[]): Promise<readonly number[]>
}

export interface Reassigning {
  /** How many partitions move at the same time. Copying takes network and disk from the gateways' batches. */
  readonly atOnce: number
  readonly deadlineMs: number
  readonly signal: AbortSignal
  readonly onProgress: (done: number, moving: readonly number[]) => void
  readonly pollMs?: number
}

/** How long the cluster may fail to answer. A broker that restarts takes less. */
const SILENCE_MS = 60_000

/**
 * Carries the changes out, a few partitions at a time, and resolves when all are done. Rejects at the deadline, on
 * abort, and when the cluster refuses or does not answer for a minute. Even then, partitions that move go on moving.
 */
export async function reassign(cluster: Cluster, changes: readonly Replicas[], options: Reassigning): Promise<void> {
  const { atOnce, signal, onProgress, pollMs = 500 } = options
  const endMs = performance.now() + options.deadlineMs
  for (let done = 0; done < changes.length; done += atOnce) {
    const wave = changes.slice(done, done + atOnce)
    stopIf(signal, endMs)
    await cluster.start(wave)
    let answeredAtMs = performance.now()
    let moving = wave.map(({ partition }) => partition)
    while (moving.length > 0) {
      onProgress(done + wave.length - moving.length, moving)
      await pause(pollMs, signal)
      stopIf(signal, endMs, moving)
      try {
        moving = [...(await cluster.fetchReassigning(moving))]
        answeredAtMs = performance.now()
      } catch (error) {
        if (performance.now() - answeredAtMs > SILENCE_MS) throw error
      }
    }
  }
  onProgress(changes.length, [])
}

function stopIf(signal: AbortSignal, endMs: number, moving: readonly number[] = []): void {
  const isLate = performance.now() > endMs
  if (!signal.aborted && !isLate) return
  const left = moving.length === 0 ? '' : `; partitions ${moving.join(', ')} go on moving by themselves`
  throw new Error(`${isLate ? 'not done before the deadline' : 'stopped'}${left}. Run grow again for the rest`)
}
