import { LATE, pause, within } from '../waiting.ts'
import { createClient, withAdmin } from './client.ts'
import type { TopicSession } from './topic-admin.ts'
import { codeOf } from './verdict.ts'

export interface EndsWatch {
  readonly everyMs: number
  /** How long until it is asked again whether a partition really ends too early. Default: a second. */
  readonly againAfterMs?: number
  /** By partition, the offset at which it must not end before. */
  leastEnds(): readonly number[]
  /** The partition ends before: the topic was deleted, created anew, or has lost records. */
  endsBefore(partition: number, end: number): void
}

const ASK_TIMEOUT_MS = 10_000
/** A leader that was just elected may not know yet how far its followers are. */
const ASK_AGAIN_AFTER_MS = 1_000
const UNKNOWN_TOPIC_OR_PARTITION = 3

/** Compares where the partitions of a topic end with where they must, until `signal` aborts. Never rejects. */
export async function watchEnds(session: TopicSession, watch: EndsWatch, signal: AbortSignal): Promise<void> {
  const quiet = { ...session, onClientLog: () => {} } // what cannot be asked now is asked later
  while (!signal.aborted) {
    await pause(watch.everyMs, signal)
    const least = watch.leastEnds()
    if (least.every((end) => end === 0) || signal.aborted) continue
    if ((await shortOnes(quiet, least)).length === 0) continue
    await pause(watch.againAfterMs ?? ASK_AGAIN_AFTER_MS, signal)
    if (signal.aborted) return
    for (const { partition, end } of await shortOnes(quiet, least)) watch.endsBefore(partition, end)
  }
}

/** The partitions that end before they must. None where there is no answer. */
async function shortOnes(
  session: TopicSession,
  least: readonly number[],
): Promise<{ partition: number; end: number }[]> {
  try {
    const asking = withAdmin(createClient(session), (admin) => admin.fetchTopicOffsets(session.topic))
    const answer = await within(ASK_TIMEOUT_MS, asking)
    if (answer === LATE) return []
    const ends = answer.map(({ partition, high }) => ({ partition, end: Number(high) }))
    return ends.filter(({ partition, end }) => end < (least[partition] ?? 0))
  } catch (error) {
    if (codeOf(error) !== UNKNOWN_TOPIC_OR_PARTITION) return []
    return least.flatMap((end, partition) => (end > 0 ? [{ partition, end: 0 }] : []))
  }
}
