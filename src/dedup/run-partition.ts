import { type Bounds, backoffMs } from '../waiting.ts'
import { ownPartition, type PartitionRules, type Watcher } from './own-partition.ts'
import { Fenced, type Ownership } from './ownership.ts'
import { Refusal } from './refusal.ts'

/** What one partition needs of the world. */
export interface PartitionWorld {
  /** Fences every earlier owner. Resolves when its transaction has ended, so that this one has the partition alone. */
  open(): Promise<Ownership>
  /** Waits; ends at once when `signal` aborts. Never rejects. */
  pause(ms: number, signal: AbortSignal): Promise<void>
  random(): number
}

/** What `runPartition` tells besides what each ownership does. */
export interface RunWatcher extends Watcher {
  /** An ownership ended. There will be another after `pauseMs`. */
  lost(error: Error, pauseMs: number): void
}

const AFTER_ERROR: Bounds = { firstMs: 200, maxMs: 5_000 }
/** Two owners of one partition must not fence each other without end. */
const AFTER_FENCING: Bounds = { firstMs: 5_000, maxMs: 30_000 }

/**
 * Judges a partition until `signal` aborts: one ownership after the other. After any error everything of an ownership is
 * dropped, its producer and its state: no request of it can be asked again safely. Rejects only with a `Refusal`.
 */
export async function runPartition(
  world: PartitionWorld,
  rules: PartitionRules,
  watcher: RunWatcher,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  const counting: Watcher = {
    ...watcher,
    committed: (step, state) => {
      failures = 0
      watcher.committed(step, state)
    },
  }
  while (!signal.aborted) {
    const error = await ownOnce(world, rules, counting, signal)
    if (error === undefined) return
    const pauseMs = backoffMs(failures++, error instanceof Fenced ? AFTER_FENCING : AFTER_ERROR, world.random)
    watcher.lost(error, pauseMs)
    await world.pause(pauseMs, signal)
  }
}

/** One ownership. Resolves with why it ended; `undefined` if it was told to. */
async function ownOnce(
  world: PartitionWorld,
  rules: PartitionRules,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<Error | undefined> {
  let owner: Ownership | undefined
  try {
    owner = await world.open()
    await ownPartition(owner, rules, watcher, signal)
    return undefined
  } catch (error) {
    if (error instanceof Refusal) throw error
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    await owner?.close()
  }
}
