import type { PartitionRange } from '../../kafka/read-position.ts'
import { UsageError } from '../terminal/input-errors.ts'
import type { TailArguments } from './options.ts'

/**
 * The ranges to read, given what the partitions hold from the wanted time on. Without `exitAtEnd` they have no end.
 * Throws `UsageError` when the partition does not exist, or `offset` is beyond the one of its next record.
 */
export function tailRanges(
  held: readonly PartitionRange[],
  { from, fromMs, partition, offset, exitAtEnd }: Omit<TailArguments, 'key' | 'limit' | 'format'>,
): PartitionRange[] {
  const wanted = held.filter((range) => partition === undefined || range.partition === partition)
  if (wanted.length === 0)
    throw new UsageError(`--partition: the topic has no partition ${partition}, only 0 to ${held.length - 1}`)
  return wanted.map((range) => {
    const { start, end } = range
    if (offset !== undefined && offset > end)
      throw new UsageError(
        `--offset: partition ${partition} has no offset above ${end} yet; its next record gets ${end}`,
      )
    const named = offset === undefined ? undefined : Math.max(offset, start)
    const first = named ?? (fromMs !== undefined ? range.from : from === 'end' ? end : start)
    return { ...range, from: first, to: exitAtEnd ? end : Number.POSITIVE_INFINITY }
  })
}
