import { topicProblem, withConnectionProblems } from '../kafka/connection-problem.ts'
import { stageTopics } from '../kafka/partition-owner.ts'
import type { PartitionRange } from '../kafka/read-position.ts'
import { fetchRanges, type LogRecord, type ReadSession, readTopic } from '../kafka/read-topic.ts'
import { countPartitions } from '../kafka/topic-admin.ts'
import type { StageReading } from '../tools/audit/run-audit.ts'

/**
 * How to read the topics that were made of the session's topic: `.unique` and `.conflicts`, the second of which may be
 * missing. Resolves with undefined if there is no `.unique`, or this login may not read it; if it is `required`, rejects
 * instead. The reading stops when `signal` aborts.
 */
export async function stageReading(
  session: ReadSession,
  { isRequired, signal }: { isRequired: boolean; signal: AbortSignal },
): Promise<StageReading | undefined> {
  const topics = stageTopics(session.topic)
  const unique = { ...session, topic: topics.unique }
  const conflicts = { ...session, topic: topics.conflicts }
  if (isRequired) await withConnectionProblems(unique, () => assertThere(unique))
  else if (!(await isThere(unique))) return undefined
  return {
    readUnique: (onRecord) => readNow(unique, onRecord, signal),
    readConflicts: async (onRecord) => ((await isThere(conflicts)) ? await readNow(conflicts, onRecord, signal) : []),
  }
}

async function assertThere(unique: ReadSession): Promise<void> {
  if ((await countPartitions(unique)) === 'missing')
    throw new Error(
      `topic ${unique.topic} is missing: tillgate topics create --dedup creates it, tillgate dedup fills it`,
    )
  await fetchRanges(unique)
}

async function isThere(session: ReadSession): Promise<boolean> {
  return await withConnectionProblems(session, () =>
    fetchRanges(session).then(
      () => true,
      (error: unknown) => {
        if (topicProblem(error, session.topic) === undefined) throw error
        return false
      },
    ),
  )
}

/** Reads a topic as it is now. Resolves with what was read. */
async function readNow(
  session: ReadSession,
  onRecord: (record: LogRecord) => void,
  signal: AbortSignal,
): Promise<readonly PartitionRange[]> {
  const onDeleted = () => {
    throw new Error(`records of ${session.topic} were deleted before they could be read: audit again`)
  }
  return await withConnectionProblems(session, async () => {
    const ranges = await fetchRanges(session)
    await readTopic(session, ranges, { onRecord, onDeleted, signal })
    return ranges
  })
}
