import { count } from '../terminal/count.ts'
import { table } from '../terminal/table.ts'
import type { BrokerLoad, Replicas, Spread } from './spread.ts'

/** What growing would change: the brokers before and after, then each partition. `partitions` is the present state. */
export function spreadText({ changes, moves, before, after }: Spread, partitions: readonly Replicas[]): string {
  const brokers = [...after.replicas.keys()].map((id) => [
    `broker ${id}`,
    arrow(before.replicas, after.replicas, id),
    arrow(before.leaders, after.leaders, id),
  ])
  const replicasOf = new Map(partitions.map(({ partition, replicas }) => [partition, replicas]))
  const lines = changes.map(({ partition, replicas }) => [
    `partition ${partition}`,
    `${replicasOf.get(partition)?.join(',')}`,
    `-> ${replicas.join(',')}`,
  ])
  return [
    table([['', 'replicas', 'leads'], ...brokers]),
    table([['', 'replicas', '(the first leads)'], ...lines]),
    `${count(moves)} replicas are copied, ${count(changes.length)} of ${count(partitions.length)} partitions change.`,
  ].join('\n\n')
}

function arrow(before: BrokerLoad['leaders'], after: BrokerLoad['leaders'], id: number): string {
  return `${before.get(id) ?? 0} -> ${after.get(id)}`
}
