import { LRUCache } from 'lru-cache'

/**
 * The partition of a key: Kafka's own murmur2 (as in `org.apache.kafka.common.utils.Utils`), made positive, modulo the
 * number of partitions. The same for every instance and every attempt, so a store never changes its partition.
 */
export function partitionOf(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}

/** `partitionOf` with the results of the last 65,536 keys remembered: stores are few and post often. */
export function cachedPartitionOf(partitions: number): (key: string) => number {
  const known = new LRUCache<string, number>({ max: 65_536 })
  return (key) => {
    let partition = known.get(key)
    if (partition === undefined) {
      partition = partitionOf(Buffer.from(key), partitions)
      known.set(key, partition)
    }
    return partition
  }
}

const SEED = 0x9747b28c
const M = 0x5bd1e995

function murmur2(key: Buffer): number {
  let h = SEED ^ key.length
  const wholeBytes = key.length & ~3
  for (let i = 0; i < wholeBytes; i += 4) {
    let k = Math.imul(key.readInt32LE(i), M)
    k ^= k >>> 24
    h = Math.imul(h, M) ^ Math.imul(k, M)
  }
  const rest = key.length - wholeBytes
  if (rest >= 3) h ^= key[wholeBytes + 2]! << 16
  if (rest >= 2) h ^= key[wholeBytes + 1]! << 8
  if (rest >= 1) h = Math.imul(h ^ key[wholeBytes]!, M)
  h ^= h >>> 13
  h = Math.imul(h, M)
  return h ^ (h >>> 15)
}
