import { connect, type TcpNetConnectOpts } from 'node:net'
import { int16, int32, string } from '../../src/kafka/kafkajs/wire-bytes.ts'

/** A TCP address. */
export interface Address {
  host: string
  port: number
}

/** One broker's view of the cluster. */
export interface Metadata {
  /** Ids of the brokers it would send a client to: those that are registered, caught up and not fenced. */
  brokerIds: number[]
  /** Of the requested topic; empty while this broker does not know it. */
  partitions: { leader: number; replicas: number; inSync: number }[]
}

/**
 * Asks exactly this broker for its view of the cluster and, if one is named, of a topic. (A client library would ask
 * any broker of the cluster.) Rejects when it has not connected and answered within `timeoutMs`. Plain text only.
 * Source: https://kafka.apache.org/protocol, Metadata version 4.
 */
export async function fetchMetadata(address: Address, timeoutMs: number, topic?: string): Promise<Metadata> {
  const socket = connect({ ...address, signal: AbortSignal.timeout(timeoutMs) } as TcpNetConnectOpts)
  socket.write(metadataRequest(topic))
  let received: Buffer = Buffer.alloc(0)
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk])
    if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) return readMetadata(received)
  }
  throw new Error(`${address.host}:${address.port} closed the connection instead of answering`)
}

function metadataRequest(topic: string | undefined): Buffer {
  const topics = topic === undefined ? [] : [string(topic)]
  const createsTopics = Buffer.from([0])
  const header = [int16(3), int16(4), int32(0), string('embedded-kafka')]
  const body = Buffer.concat([...header, int32(topics.length), ...topics, createsTopics])
  return Buffer.concat([int32(body.length), body])
}

function readMetadata(frame: Buffer): Metadata {
  let at = 12 // past size, correlation id and throttle time
  const int32 = () => {
    at += 4
    return frame.readInt32BE(at - 4)
  }
  const skipString = () => {
    at += 2 + Math.max(0, frame.readInt16BE(at)) // a null string has the length -1
  }
  const array = <T>(read: () => T) => Array.from({ length: int32() }, read)

  const brokerIds = array(() => {
    const id = int32()
    skipString() // host
    at += 4 // port
    skipString() // rack
    return id
  })
  skipString() // cluster id
  at += 4 // controller id
  const topics = array(() => {
    at += 2 // error code
    skipString() // name
    at += 1 // is internal
    return array(() => {
      at += 6 // error code, index
      return { leader: int32(), replicas: array(int32).length, inSync: array(int32).length }
    })
  })
  return { brokerIds, partitions: topics.flat() }
}
