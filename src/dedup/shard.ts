/** A share of the partitions: `index` of `count`, counted from 0 as a StatefulSet counts its pods. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** The shard that `2/4` names: partitions 2, 6, 10 and so on. Undefined if the text names none. */
export function shardOf(text: string): Shard | undefined {
  const [, index, count] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []
  const shard = { index: Number(index), count: Number(count) }
  return shard.index < shard.count ? shard : undefined
}

/** The partitions of a shard. Those of all shards with one count are all partitions, each once. */
export function partitionsOf({ index, count }: Shard, partitions: number): number[] {
  return Array.from({ length: partitions }, (_, partition) => partition).filter((one) => one % count === index)
}
