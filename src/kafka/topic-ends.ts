import { LATE, pause, within } from '../waiting.ts'
import { createClient, withAdmin } from './client.ts'
import type { TopicSession } from './topic-admin.ts'
import { codeOf, UNKNOWN_TOPIC_OR_PARTITION } from './verdict.ts'

export interface EndsWatch {
  readonly everyMs: number
  /**
   * How long until it is asked again whether a partition really ends too early, and how often it is asked as long as
   * something is unchecked. Default: a second.
   */
  readonly againAfterMs?: number
  /** By partition, the offset at which it must not end before. */
  leastEnds(): readonly number[]
  /** The partition ends before: the topic was deleted, created anew, or has lost records. */
  endsBefore(partition: number, end: number): void
  /** False: something is unchecked, or will be soon. */
  isChecked(): boolean
  /** Ends of which nobody knows yet whether the topic reaches them. Each that it reaches is confirmed. */
  unchecked(): readonly { readonly partition: number; readonly leastEnd: number; confirm(): void }[]
}

const ASK_TIMEOUT_MS = 10_000
/** A leader that was just elected may not know yet how far its followers are. */
const ASK_AGAIN_AFTER_MS = 1_000

/** Compares where the partitions of a topic end with where they must, until `signal` aborts. Never rejects. */
export async function watchEnds(session: TopicSession, watch: EndsWatch, signal: AbortSignal): Promise<void> {
  const quiet = { ...session, onClientLog: () => {} } // what cannot be asked now is asked later
  const { everyMs, againAfterMs = ASK_AGAIN_AFTER_MS } = watch
  let [askedAtMs, isAnswered] = [Number.NEGATIVE_INFINITY, true]
  while (!signal.aborted) {
    await pause(watch.isChecked() || !isAnswered ? everyMs : Math.min(everyMs, againAfterMs), signal)
    const least = watch.leastEnds()
    const unchecked = watch.unchecked()
    const isDue = performance.now() - askedAtMs >= everyMs - 1 && least.some((end) => end > 0) // a timer may be early
    if ((unchecked.length === 0 && !isDue) || signal.aborted) continue
    askedAtMs = performance.now()
    const endOf = await endsNow(quiet)
    isAnswered = endOf !== undefined
    if (endOf === undefined) continue
    for (const { partition, leastEnd, confirm } of unchecked) if ((endOf(partition) ?? -1) >= leastEnd) confirm()
    if (shortOnes(least, endOf).length === 0) continue
    await pause(againAfterMs, signal)
    if (signal.aborted) return
    const endAgain = await endsNow(quiet)
    if (endAgain !== undefined)
      for (const { partition, end } of shortOnes(least, endAgain)) watch.endsBefore(partition, end)
  }
}

/** Where a partition ends; undefined if the answer does not say. */
type EndOf = (partition: number) => number | undefined

function shortOnes(least: readonly number[], endOf: EndOf): { partition: number; end: number }[] {
  return least.flatMap((leastEnd, partition) => {
    const end = endOf(partition)
    return end !== undefined && end < leastEnd ? [{ partition, end }] : []
  })
}

/** The partitions of a topic that is gone end at 0. Undefined where there is no answer. */
async function endsNow(session: TopicSession): Promise<EndOf | undefined> {
  try {
    const asking = withAdmin(createClient(session), (admin) => admin.fetchTopicOffsets(session.topic))
    const answer = await within(ASK_TIMEOUT_MS, asking)
    if (answer === LATE) return undefined
    const ends = new Map(answer.map(({ partition, high }) => [partition, Number(high)]))
    return (partition) => ends.get(partition)
  } catch (error) {
    return codeOf(error) === UNKNOWN_TOPIC_OR_PARTITION ? () => 0 : undefined
  }
}
