import type { Consumer, EachBatchPayload } from './kafkajs/index.ts'
import type { Position } from './read-position.ts'
import type { LogRecord } from './read-topic.ts'

/** What one attempt to read a topic needs. */
export interface Reading {
  readonly topic: string
  readonly position: Position
  /**
   * Takes a record. If it returns a promise, the next record waits until that has resolved. It never throws, and its
   * promise never rejects.
   */
  readonly take: (record: LogRecord) => void | Promise<void>
  /** Called when the cluster has answered a fetch, with or without records. */
  readonly onFetch: () => void
  /** Called from time to time while a promise of `take` is pending. */
  readonly onWait: () => void
  /** Called when the position has moved. */
  readonly onPassed: () => void
  /** Asks where the partitions start, and moves past deleted records. */
  readonly passDeleted: () => Promise<void>
  readonly readsNewPartitions: boolean
}

/** How often a reader that has to wait sends a heartbeat: well within the session's time-out. */
const SIGN_OF_LIFE_MS = 1_000

/** Reads on from the position. Resolves when everything is read, or with the reason why it stopped earlier. */
export async function readOn(consumer: Consumer, reading: Reading): Promise<Error | undefined> {
  const { topic, position } = reading
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
  } catch (error) {
    return error as Error
  }
  return await new Promise((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      for (const partition of payload.memberAssignment[topic] ?? []) {
        if (reading.readsNewPartitions) position.add(partition)
        const offset = position.next(partition)
        if (offset === undefined) consumer.pause([{ topic, partitions: [partition] }])
        else consumer.seek({ topic, partition, offset: String(offset) })
      }
    })
    consumer.on(consumer.events.FETCH, reading.onFetch)
    let left = position.left
    // This event comes after eachBatch. It also comes after a fetch of transaction markers only, which eachBatch never
    // sees.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, firstOffset, lastOffset } }) => {
      position.beginAt({ partition, offset: Number(firstOffset) })
      position.passTo({ partition, offset: Number(lastOffset) })
      if (position.next(partition) === undefined) consumer.pause([{ topic, partitions: [partition] }])
      if (position.left !== left) reading.onPassed()
      left = position.left
      if (left === 0) resolve(undefined)
    })
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error))
    consumer.run({ autoCommit: false, eachBatch: (payload) => handOn(payload, reading) }).catch(resolve)
  })
}

/** Hands on the wanted records of one fetch, once it is known whether records before it were deleted. */
async function handOn({ batch, heartbeat }: EachBatchPayload, reading: Reading): Promise<void> {
  const { position, take, onWait, passDeleted } = reading
  const { partition, messages } = batch
  position.beginAt({ partition, offset: Number(batch.firstOffset()) })
  if (position.hasGaps) await passDeleted()
  for (const { offset, timestamp, key, value, headers = {} } of messages) {
    const record = { partition, offset: Number(offset), timestampMs: Number(timestamp), key, value, headers }
    const taking = position.passTo(record) ? take(record) : undefined
    if (taking === undefined) continue
    const waiting = setInterval(() => {
      onWait()
      heartbeat().catch(() => {}) // if the group has dropped this member, it joins again and reads on
    }, SIGN_OF_LIFE_MS)
    await taking
    clearInterval(waiting)
  }
}
