import type { Admin } from './index.ts'
import { clusterOf } from './lent-cluster.ts'
import { ReadyBytes } from './ready-bytes.ts'

/** A topic as a broker knows it now. */
export interface TopicMetadata {
  /** The error of the whole topic; 0: none. */
  readonly errorCode: number
  /** Never given to another topic, not even to one of the same name. In hexadecimal; all zeros without an answer. */
  readonly id: string
  /** How many replicas each partition has, in no order. */
  readonly replicas: readonly number[]
  /** The brokers that serve clients, as far as the one that was asked knows. */
  readonly brokers: readonly KnownBroker[]
  readonly partitions: readonly PartitionLeader[]
}

export interface KnownBroker {
  readonly id: number
  readonly host: string
  readonly port: number
}

export interface PartitionLeader {
  readonly partition: number
  /** -1: it has none. */
  readonly leader: number
  /** Ids of brokers. */
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
}

const PRODUCE = 0
/** That of Apache Kafka 3.7. */
const PRODUCE_VERSION_OF_3_7 = 10
const METADATA = 3
/** The first with topic ids that can be asked by name is 10; since 12 a broker may leave out the name. */
const VERSION = 12
const NO_TAGS = 0
const UUID_BYTES = 16

/**
 * Asks one broker for a topic, by name. `undefined`: the broker is too old to know ids (before Apache Kafka 3.0). Rejects
 * when there is no answer. `capsMinInSync`: as in `TopicDescription`. kafkajs speaks only versions of this request that know no ids.
 * Source: https://kafka.apache.org/protocol, Metadata version 12.
 */
export async function fetchTopicMetadata(
  admin: Admin,
  topic: string,
): Promise<(TopicMetadata & { readonly capsMinInSync: boolean }) | undefined> {
  const broker = await clusterOf(admin).brokerPool.findConnectedBroker()
  if (!(Number(broker.versions?.[METADATA]?.maxVersion) >= VERSION)) return undefined
  const answer = await broker.connectionPool.send({
    request: { apiKey: METADATA, apiVersion: VERSION, apiName: 'Metadata', encode: async () => encoded(topic) },
    response: { decode: async (payload) => readTopicMetadata(payload), parse: async (decoded) => decoded },
  })
  // KAFKA-15583, in the same release
  const capsMinInSync = Number(broker.versions?.[PRODUCE]?.maxVersion) >= PRODUCE_VERSION_OF_3_7
  return { ...(answer as TopicMetadata), capsMinInSync }
}

function encoded(topic: string): ReadyBytes {
  const name = Buffer.from(topic)
  const bytes = Buffer.concat([
    Buffer.from([NO_TAGS]), // the end of the header, which kafkajs does not write
    Buffer.from([1 + 1]), // one topic
    Buffer.alloc(UUID_BYTES), // no id
    Buffer.from(unsigned(name.length + 1)),
    name,
    Buffer.from([NO_TAGS]),
    Buffer.from([0, 0, NO_TAGS]), // create no topic, leave out what may be done
  ])
  return new ReadyBytes(bytes, 0)
}

/** Reads an answer from behind its correlation id. It has the one topic that was asked for. */
export function readTopicMetadata(answer: Buffer): TopicMetadata {
  let at = 1 + 4 // tags of the header, throttle time
  const skip = (bytes: number) => {
    at += bytes
  }
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = answer.readUInt8(at++)
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  const skipText = () => skip(Math.max(varint() - 1, 0))
  const int32 = () => {
    at += 4
    return answer.readInt32BE(at - 4)
  }
  const text = () => {
    const bytes = Math.max(varint() - 1, 0)
    skip(bytes)
    return answer.toString('utf8', at - bytes, at)
  }
  const skipTags = () => {
    for (let left = varint(); left > 0; left--) {
      varint()
      skip(varint())
    }
  }
  const list = <T>(read: () => T) => Array.from({ length: Math.max(varint() - 1, 0) }, read)

  const brokers = list(() => {
    const broker = { id: int32(), host: text(), port: int32() }
    skipText() // rack
    skipTags()
    return broker
  })
  skipText() // cluster id
  skip(4) // controller
  const [found] = list(() => {
    const errorCode = answer.readInt16BE(at)
    skip(2)
    skipText()
    const id = answer.toString('hex', at, at + UUID_BYTES)
    skip(UUID_BYTES + 1) // and whether it is internal
    const partitions = list(() => {
      skip(2) // error
      const [partition, leader] = [int32(), int32()]
      skip(4) // the leader's epoch
      const [replicas, inSync] = [list(int32), list(int32)]
      list(int32) // offline
      skipTags()
      return { partition, leader, replicas, inSync }
    })
    skip(4)
    skipTags()
    return { errorCode, id, partitions }
  })
  if (found === undefined) throw new Error('the answer does not name the topic')
  return { ...found, brokers, replicas: found.partitions.map(({ replicas }) => replicas.length) }
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}
