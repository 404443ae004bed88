import type { KafkaCluster } from '../dev/kafka/cluster.ts'
import { HASH_BYTES } from '../src/dedup/content.ts'
import { KEPT_RECENT } from '../src/dedup/journal.ts'
import { journalValue, packJournal } from '../src/dedup/journal-value.ts'
import { PartitionState } from '../src/dedup/partition-state.ts'
import { POSITION_KEY, positionValue, START } from '../src/dedup/position.ts'
import type { Message } from '../src/kafka/kafkajs/index.ts'
import { stageTopics } from '../src/kafka/partition-owner.ts'
import { seededRandom } from '../src/tools/simulate/seeded-random.ts'
import { collectGarbage } from '../test/harness/collect-garbage.ts'
import { createStageTopics, produce } from '../test/harness/dedup.ts'
import { residentBytesOf } from '../test/harness/resident-bytes.ts'
import { endStage, startBenchedStage } from './dedup-stage.ts'

const CHUNK = 20_000
const NOW_MS = Date.now()

/** The state of many journals with 16 recent numbers each: its size in the topic and in memory, and how long a start takes. */
export async function measureRestore(kafka: KafkaCluster, journals: number) {
  const topic = 'restore'
  await createStageTopics(kafka, topic, 1)
  let bytes = 0
  for (let first = 0; first < journals; first += CHUNK) {
    const count = Math.min(CHUNK, journals - first)
    const records = Array.from({ length: count }, (_, index) => journalRecord(first + index))
    for (const { key, value } of records) bytes += key.length + value.length
    await produce(kafka.bootstrap, stageTopics(topic).journals, records)
  }
  const position = { partition: 0, key: Buffer.from(POSITION_KEY), value: positionValue(START) }
  await produce(kafka.bootstrap, stageTopics(topic).journals, [position])
  const stage = await startBenchedStage(kafka, topic)
  const residentBytes = residentBytesOf(stage.pid)
  await endStage(stage)
  return {
    journals,
    'bytes of a journal in .journals': Math.round(bytes / journals),
    'bytes of a journal in memory': Math.round(heapBytesOf(journals) / journals),
    'seconds from the start of the process until it judges': Math.round(stage.restoredAfterMs / 100) / 10,
    'MiB resident then': Math.round(residentBytes / 2 ** 20),
  }
}

function journalRecord(index: number): Message & { key: Buffer; value: Buffer } {
  const recent = Array.from({ length: KEPT_RECENT }, (_, number) => {
    const contentHash = randomHash()
    const receivedAtMs = NOW_MS - (KEPT_RECENT - number) * 60_000 - (index % 997)
    return {
      sequenceNumber: 200 + number,
      contentHash,
      rawOffset: 40_000 * number + index,
      receivedAtMs,
    }
  })
  const through = 199 + KEPT_RECENT
  const packed = packJournal({ through, ahead: [], recent, touchedMs: NOW_MS, uploadedMs: 0 })
  const name = `store-${index % 40_000}/T${index % 10}/2026-03-${index % 28}-${index}`
  return { partition: 0, key: Buffer.from(name), value: journalValue(packed) }
}

const random = seededRandom(1)

/** Any bytes: hashes do not compress. */
function randomHash(): string {
  return String.fromCharCode(...Array.from({ length: HASH_BYTES }, () => Math.floor(256 * random())))
}

/** What the restored state alone takes on the heap. */
function heapBytesOf(journals: number): number {
  collectGarbage()
  const before = process.memoryUsage()
  const state = new PartitionState({ idleMs: Number.MAX_SAFE_INTEGER })
  for (let index = 0; index < journals; index++) {
    const { key, value } = journalRecord(index)
    state.restore(key, value)
  }
  collectGarbage()
  const after = process.memoryUsage()
  if (state.journals !== journals) throw new Error(`there are ${state.journals} journals`)
  return after.heapUsed + after.external - before.heapUsed - before.external
}
