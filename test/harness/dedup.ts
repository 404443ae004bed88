import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { KafkaCluster } from '../../dev/kafka/cluster.ts'
import { Draft } from '../../src/dedup/judge.ts'
import { PartitionState } from '../../src/dedup/partition-state.ts'
import { POSITION_KEY, positionIn } from '../../src/dedup/position.ts'
import { createClient, withAdmin } from '../../src/kafka/client.ts'
import kafkajs, { type Message } from '../../src/kafka/kafkajs/index.ts'
import { clusterOf } from '../../src/kafka/kafkajs/lent-cluster.ts'
import { stageTopics } from '../../src/kafka/partition-owner.ts'
import { boundsOf } from '../../src/kafka/partition-reader.ts'
import { fetchRanges, type LogRecord } from '../../src/kafka/read-topic.ts'
import { judgeNaively } from '../dedup/naive-judge.ts'
import type { Random } from './random.ts'
import { readSession, recordsOf } from './read-topic.ts'

/** So that what is restored was compacted in between, aborted transactions too. */
export const COMPACTED_SOON = {
  'cleanup.policy': 'compact',
  'segment.ms': '2000',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '1000',
}

const IDLE_MS = 30 * 86_400_000

/** Creates a raw topic and the three that the stage writes. */
export async function createStageTopics(
  kafka: KafkaCluster,
  topic: string,
  partitions: number,
  journalsConfig: Record<string, string> = { 'cleanup.policy': 'compact' },
): Promise<void> {
  const { unique, conflicts, journals } = stageTopics(topic)
  await Promise.all([
    ...[topic, unique, conflicts].map((name) => createRawTopic(kafka, name, partitions)),
    kafka.createTopic({ topic: journals, partitions, config: journalsConfig }),
  ])
}

/** Creates a topic as that of the invoices is. */
export async function createRawTopic(kafka: KafkaCluster, topic: string, partitions: number): Promise<void> {
  await kafka.createTopic({ topic, partitions, config: { 'message.timestamp.type': 'LogAppendTime' } })
}

/** Invoices of tills that also send again: the same, the same in other bytes, and other content with an old number. */
export function tillMessages(
  random: Random,
  { count, partitions, numbers }: { count: number; partitions: number; numbers: number },
): Message[] {
  return Array.from({ length: count }, () => {
    const partition = random.below(partitions)
    const journal = random.below(20)
    const number = 1 + random.below(numbers)
    const content = random.below(20) === 0 ? 1 : 0
    const value = random.below(2) === 0 ? `{"n":${number},"c":${content}}` : `{ "c": ${content}, "n": ${number} }`
    return {
      partition,
      key: Buffer.from(`store-${partition}`),
      value: Buffer.from(value),
      headers: {
        ce_id: String(number),
        ce_source: `/stores/store-${partition}/terminals/T/journals/${journal}`,
        'pos-received-at': new Date().toISOString(),
      },
    }
  })
}

/** Below `max.message.bytes` with invoices of 2.6 KB. */
const AT_ONCE = 300

/** Sends messages to the partitions that they name. */
export async function produce(bootstrap: string[], topic: string, messages: readonly Message[]): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: bootstrap, logLevel: kafkajs.logLevel.NOTHING })
  const producer = client.producer({ createPartitioner: () => (asked) => asked.message.partition as number })
  await producer.connect()
  for (let sent = 0; sent < messages.length; sent += AT_ONCE)
    await producer.send({ topic, messages: messages.slice(sent, sent + AT_ONCE) })
  await producer.disconnect()
}

/**
 * Resolves when the committed positions are at the end of the raw topic, and what was committed with them can be read,
 * too: each partition learns for itself that a transaction is over, some later than others.
 */
export async function untilJudged(bootstrap: string[], topic: string, timeoutMs: number): Promise<void> {
  const endMs = performance.now() + timeoutMs
  const raw = await fetchRanges(readSession(bootstrap, topic))
  const ends = new Map(raw.filter(({ end }) => end > 0).map(({ partition, end }) => [partition, end]))
  for (;;) {
    const positions = await positionsOf(bootstrap, topic)
    if (isDeepStrictEqual(positions, ends) && (await isAllCommitted(bootstrap, topic).catch(() => false))) return
    if (performance.now() > endMs)
      throw new Error(`not judged within ${timeoutMs} ms: ${JSON.stringify([[...positions], [...ends]])}`)
    await sleep(500)
  }
}

/** Whether nothing that the stage has written is part of an open transaction. Rejects while a leader moves. */
async function isAllCommitted(bootstrap: string[], topic: string): Promise<boolean> {
  for (const written of Object.values(stageTopics(topic))) {
    const session = readSession(bootstrap, written)
    const isOpen = await withAdmin(createClient(session), async (admin) => {
      const cluster = clusterOf(admin)
      await cluster.addMultipleTargetTopics([written])
      for (const { partition, end } of await fetchRanges(session))
        if (end < (await boundsOf(cluster, { topic: written, partition })).endOffset) return true
      return false
    })
    if (isOpen) return false
  }
  return true
}

async function positionsOf(bootstrap: string[], topic: string): Promise<Map<number, number>> {
  const positions = new Map<number, number>()
  for (const { partition, key, value } of await recordsOf(bootstrap, stageTopics(topic).journals))
    if (key?.toString() === POSITION_KEY) positions.set(partition, positionIn(value as Buffer).next)
  return new Map([...positions].sort(([a], [b]) => a - b))
}

/** What the topics hold. */
export interface StageResult {
  readonly raw: number
  readonly unique: number
  readonly conflicts: number
  /** Positions that compaction has left in `.journals`. */
  readonly 'positions left': number
}

/**
 * Reads all four topics and compares them with the rule, computed plainly over the whole raw log: `.unique` is its first
 * occurrences in order, byte for byte; `.conflicts` has every conflict once; positions never go back; and the state
 * restored from `.journals` is the one computed from the raw log.
 */
export async function judgeStage(bootstrap: string[], topic: string): Promise<StageResult> {
  const topics = stageTopics(topic)
  const raw = await recordsOf(bootstrap, topic)
  const unique = await recordsOf(bootstrap, topics.unique)
  const conflicts = await recordsOf(bootstrap, topics.conflicts)
  const journals = await recordsOf(bootstrap, topics.journals)
  for (const partition of new Set(raw.map((record) => record.partition))) {
    const of = (records: readonly LogRecord[]) => records.filter((record) => record.partition === partition)
    judgePartition({ raw: of(raw), unique: of(unique), conflicts: of(conflicts), journals: of(journals) })
  }
  const positions = journals.filter(({ key }) => key?.toString() === POSITION_KEY)
  const counts = { raw: raw.length, unique: unique.length, conflicts: conflicts.length }
  return { ...counts, 'positions left': positions.length }
}

const OWN_HEADERS: ReadonlySet<string> = new Set(['pos-raw-offset', 'pos-conflict', 'pos-first-offset'])

/** Everything of a record but what the stage has added, and the offset of the raw one. */
function contentsOf({ key, value, headers }: LogRecord, rawOffset: string): string {
  const own = Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name))
  return `${rawOffset} ${key} ${own.map(([name, header]) => `${name}=${header}`).sort()} ${value}`
}

function judgePartition(found: Record<'raw' | 'unique' | 'conflicts' | 'journals', LogRecord[]>): void {
  const verdicts = judgeNaively(found.raw, IDLE_MS)
  const expected = (isWanted: (kind: string) => boolean) =>
    found.raw
      .filter((_, index) => isWanted(verdicts[index]!.kind))
      .map((record) => contentsOf(record, String(record.offset)))
  const written = (records: readonly LogRecord[]) =>
    records.map((record) => contentsOf(record, String(record.headers['pos-raw-offset'])))
  assert.deepEqual(
    written(found.unique),
    expected((kind) => kind === 'first'),
  )
  assert.deepEqual(
    written(found.conflicts),
    expected((kind) => kind === 'other-content' || kind === 'uncompared'),
  )
  const restored = new PartitionState({ idleMs: IDLE_MS })
  for (const { key, value } of found.journals) restored.restore(key, value) // throws when a position goes back
  const computed = new PartitionState({ idleMs: IDLE_MS })
  for (const record of found.raw) {
    const draft = new Draft(computed)
    draft.judge(record)
    const { journals, position } = draft.changes()
    computed.apply(journals, position)
  }
  assert.deepEqual(restored.snapshot(), computed.snapshot())
}
