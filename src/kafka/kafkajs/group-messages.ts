import type { Internals } from './internals.ts'

type GroupMessages = (sent: {
  topic: string
  partitionMetadata: readonly unknown[]
  messages: readonly object[]
  partitioner: (asked: { topic: string; partitionMetadata: readonly unknown[]; message: object }) => number
}) => Record<string, object[]>

/**
 * Producer: the messages of a call are grouped by partition in one pass.
 *
 * Without it kafkajs copies the list of a partition once for each message in it: a third of all garbage that uploads
 * make.
 */
export function groupInOnePass({ replaceModule }: Internals): void {
  replaceModule<GroupMessages>('producer/groupMessagesPerPartition', () => groupMessages)
}

function groupMessages({ topic, partitionMetadata, messages, partitioner }: Parameters<GroupMessages>[0]) {
  const groups: Record<string, object[]> = {}
  if (partitionMetadata.length === 0) return groups
  for (const message of messages) {
    const partition = partitioner({ topic, partitionMetadata, message })
    const group = groups[partition]
    if (group === undefined) groups[partition] = [message]
    else group.push(message)
  }
  return groups
}
