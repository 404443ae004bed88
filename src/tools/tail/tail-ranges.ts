import type { PartitionRange } from '../../kafka/read-position.ts'
import { UsageError } from '../terminal/flags.ts'
import type { TailArguments } from './options.ts'

/**
 * What is to be read of the partitions, given what they hold from the wanted time on. Without `exitAtEnd` the ranges
 * have no end. Throws `UsageError` when the partition is not there, or has no such offset yet.
 */
export function tailRanges(
  held: readonly PartitionRange[],
  { from, fromMs, partition, offset, exitAtEnd }: Omit<TailArguments, 'key' | 'limit' | 'format'>,
): PartitionRange[] {
  const wanted = held.filter((range) => partition === undefined || range.partition === partition)
  if (wanted.length === 0) throw new UsageError(`the topic has no partition ${partition}`)
  return wanted.map((range) => {
    const { start, end } = range
    if (offset !== undefined && offset > end)
      throw new UsageError(
        `--offset: partition ${partition} has none above ${end} yet, which its next record will have`,
      )
    const named = offset === undefined ? undefined : Math.max(offset, start)
    const first = named ?? (fromMs !== undefined ? range.from : from === 'end' ? end : start)
    return { ...range, from: first, to: exitAtEnd ? end : Number.POSITIVE_INFINITY }
  })
}
