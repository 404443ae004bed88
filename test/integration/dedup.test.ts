import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freezeProcess } from '../../dev/freeze-process.ts'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { runTool } from '../../dev/kafka/tools.ts'
import { withAdmin } from '../harness/admin.ts'
import { type CliProcess, DEADLINE_MS, readinessAt, spawnCli } from '../harness/cli-process.ts'
import { createRawTopic, createStageTopics, judgeStage, produce, tillMessages, untilJudged } from '../harness/dedup.ts'
import { scrape } from '../harness/exchange.ts'
import { randomFrom } from '../harness/random.ts'
import { recordsOf } from '../harness/read-topic.ts'

const PARTITIONS = 2
/** In the head of a batch: the compression is in the lowest bits. */
const ATTRIBUTES_AT = 21
const LZ4 = 3
const ROUNDS = 6
const RECORDS_A_ROUND = 500

let kafka: KafkaCluster

before(async () => {
  kafka = await startKafka()
  await createStageTopics(kafka, 'sales', PARTITIONS)
})

after(() => kafka.stop())

function startDedup(topic: string, args: string[] = []): CliProcess {
  const environment = {
    KAFKA_BROKERS: kafka.bootstrap.join(','),
    KAFKA_TOPIC: topic,
    ADMIN_PORT: '0',
    KAFKA_PARTITIONS: String(PARTITIONS),
    KAFKA_COMPRESSION: 'lz4',
  }
  return spawnCli(['dedup', ...args], environment)
}

test('processes are killed, frozen, and run twice: each invoice is in .unique once, each conflict in .conflicts once', async () => {
  const random = randomFrom(20)
  const processes: CliProcess[] = []
  try {
    for (let round = 0; round < ROUNDS; round++) {
      processes.push(startDedup('sales', round % 3 === 2 ? ['--shard', `${round % 2}/2`] : []))
      await produce(
        kafka.bootstrap,
        'sales',
        tillMessages(random, { count: RECORDS_A_ROUND, partitions: PARTITIONS, numbers: 60 }),
      )
      await sleep(random.between(300, 1_200))
      if (round === 1) processes[0]?.child.kill('SIGSTOP')
      if (round === 3) processes[0]?.child.kill('SIGCONT')
      if (round % 2 === 1) await processes[round]?.end()
    }
    await untilJudged(kafka.bootstrap, 'sales', 60_000)
    const result = await judgeStage(kafka.bootstrap, 'sales')
    assert.equal(result.raw, ROUNDS * RECORDS_A_ROUND)
    assert.ok(result.unique > 100 && result.conflicts > 10, JSON.stringify(result))
    const data = join(dirname(kafka.brokers[0]!.logFile), 'data')
    const log = await readFile(join(data, 'sales.unique-0', '00000000000000000000.log'))
    assert.equal(log.readInt16BE(ATTRIBUTES_AT) & 7, LZ4)
    const [group] = await withAdmin(kafka.bootstrap, (admin) =>
      admin.fetchOffsets({ groupId: 'tillgate-dedup.sales', topics: ['sales'] }),
    )
    assert.ok(
      group?.partitions.some(({ offset }) => Number(offset) > 0),
      'lag tools see the group',
    )
  } finally {
    for (const process of processes) await process.end()
  }
})

async function untilLogged(dedup: CliProcess, text: RegExp): Promise<void> {
  await eventually(`it logs ${text}`, DEADLINE_MS, 50, async () => text.test(dedup.output()) || undefined)
}

/** Runs it until everything is judged, then ends it. */
async function judgeAll(topic: string): Promise<void> {
  const dedup = startDedup(topic)
  try {
    await untilJudged(kafka.bootstrap, topic, 60_000)
  } finally {
    await dedup.end()
  }
}

async function sendMore(topic: string, count: number): Promise<void> {
  await produce(kafka.bootstrap, topic, tillMessages(randomFrom(count), { count, partitions: PARTITIONS, numbers: 60 }))
}

/** Deletes all records that a partition has now, as retention does. */
async function deleteRecords(topic: string, partition: number): Promise<void> {
  await withAdmin(kafka.bootstrap, async (admin) => {
    await admin.fetchTopicOffsets(topic) // only then does it know the leaders
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '-1' }] })
  })
}

/** Where the operator's listener of a process is. */
async function adminUrlOf(dedup: CliProcess): Promise<string> {
  await untilLogged(dedup, /"adminUrl":"[^"]+"/)
  return /"adminUrl":"([^"]+)"/.exec(dedup.output())?.[1] as string
}

test('its operator sees what was judged, what is left, who took a partition, and which one needs help', async () => {
  await createStageTopics(kafka, 'seen', PARTITIONS)
  await sendMore('seen', 400)
  const first = startDedup('seen')
  const others: CliProcess[] = []
  try {
    const url = await adminUrlOf(first)
    await untilJudged(kafka.bootstrap, 'seen', 60_000)
    await readinessAt(url).untilReady()
    const { raw, unique, conflicts } = await judgeStage(kafka.bootstrap, 'seen')
    const counted = (verdict: string) =>
      scrape(url, `tillgate_dedup_records_total{verdict="${verdict}"}`).catch(() => 0)
    await eventually('every record is counted', DEADLINE_MS, 50, async () => {
      const other = (await counted('other-content')) + (await counted('uncompared'))
      const all = (await counted('first')) + (await counted('duplicate')) + other
      return (all === raw && (await counted('first')) === unique && other === conflicts) || undefined
    })
    assert.ok((await scrape(url, 'tillgate_dedup_transactions_total')) > 0)
    for (const partition of [0, 1]) {
      const of = (name: string) => scrape(url, `tillgate_dedup_${name}{partition="${partition}"}`)
      await eventually('nothing is left', DEADLINE_MS, 50, async () => (await of('lag_records')) === 0 || undefined)
      assert.ok((await of('journals')) > 0)
    }
    others.push(startDedup('seen'))
    await untilLogged(others[0] as CliProcess, /partition restored/)
    await sendMore('seen', 10) // the first notices when it wants to write
    await readinessAt(url).untilNotReady('another owner has taken the partition')
    assert.ok((await scrape(url, 'tillgate_dedup_ownerships_lost_total{why="fenced"}')) > 0)
    await others[0]?.end()
    await freezeProcess(first.child.pid as number)
    await sendMore('seen', 400)
    await deleteRecords('seen', 1)
    first.child.kill('SIGCONT')
    const reasons = await readinessAt(url).untilNotReady('were deleted before they were judged')
    assert.match(reasons.join(), /partition 1: records \d+ to \d+ were deleted/)
  } finally {
    for (const process of [first, ...others]) await process.end()
  }
})

test('retention was faster: the partition is not judged any more, the others are; at a restart, too', async () => {
  await createStageTopics(kafka, 'short', PARTITIONS)
  await sendMore('short', 100)
  await judgeAll('short')
  const before = await judgeStage(kafka.bootstrap, 'short')
  await sendMore('short', 101)
  await deleteRecords('short', 1)
  for (let start = 0; start < 2; start++) {
    const dedup = startDedup('short')
    try {
      const url = await adminUrlOf(dedup)
      const { readiness, untilNotReady } = readinessAt(url)
      await untilNotReady('partition 1: records')
      await eventually('partition 0 is judged', DEADLINE_MS, 50, async () => {
        const { reasons } = await readiness()
        const lag = await scrape(url, 'tillgate_dedup_lag_records{partition="0"}')
        return (reasons.length === 1 && lag === 0) || undefined
      })
      assert.match(dedup.output(), /"partition":1.*were deleted before they were judged/)
      assert.equal(dedup.child.exitCode, null, 'the other partition goes on')
    } finally {
      await dedup.end()
    }
  }
  const after = await recordsOf(kafka.bootstrap, 'short.unique')
  assert.ok(after.length >= before.unique, 'what was written stays')
})

test('a raw topic that was created anew is refused, though it is longer than the old one was', async () => {
  await createStageTopics(kafka, 'again', PARTITIONS)
  await sendMore('again', 100)
  await judgeAll('again')
  await withAdmin(kafka.bootstrap, (admin) => admin.deleteTopics({ topics: ['again'] }))
  await createRawTopic(kafka, 'again', PARTITIONS)
  await sendMore('again', 300)
  const dedup = startDedup('again')
  try {
    assert.deepEqual(await dedup.exited, { code: 1, signal: null }, 'no partition can be judged')
    assert.match(dedup.output(), /of the raw topic is not the one that was judged: it is another topic/)
  } finally {
    await dedup.end()
  }
})

test('a state that was deleted is missed, because invoices were written', async () => {
  await createStageTopics(kafka, 'stateless', PARTITIONS)
  await sendMore('stateless', 100)
  await judgeAll('stateless')
  await withAdmin(kafka.bootstrap, (admin) => admin.deleteTopics({ topics: ['stateless.journals'] }))
  await kafka.createTopic({
    topic: 'stateless.journals',
    partitions: PARTITIONS,
    config: { 'cleanup.policy': 'compact' },
  })
  const dedup = startDedup('stateless')
  try {
    assert.deepEqual(await dedup.exited, { code: 1, signal: null })
    assert.match(dedup.output(), /\.journals is empty, but \.unique is not/)
  } finally {
    await dedup.end()
  }
})

test('four topics need the same number of partitions', async () => {
  await createStageTopics(kafka, 'uneven', PARTITIONS)
  await withAdmin(kafka.bootstrap, (admin) =>
    admin.createPartitions({ topicPartitions: [{ topic: 'uneven.conflicts', count: PARTITIONS + 1 }] }),
  )
  const dedup = startDedup('uneven')
  assert.deepEqual(await dedup.exited, { code: 1, signal: null })
  assert.match(dedup.stderr(), /the topic uneven\.conflicts has 3 partitions, but KAFKA_PARTITIONS is 2/)
})

test('SIGTERM ends it with exit code 0 in the middle of its work, and leaves no transaction open', async () => {
  await createStageTopics(kafka, 'drained', PARTITIONS)
  await sendMore('drained', 2_000)
  const dedup = startDedup('drained', ['--max-records', '1'])
  try {
    const url = await adminUrlOf(dedup)
    await eventually('it judges', DEADLINE_MS, 10, async () => {
      return (await scrape(url, 'tillgate_dedup_transactions_total')) > 5 || undefined
    })
    dedup.child.kill('SIGTERM')
    assert.deepEqual(await dedup.exited, { code: 0, signal: null })
  } finally {
    await dedup.end()
  }
  const listed = await runTool('org.apache.kafka.tools.TransactionsCommand', [
    ...['--bootstrap-server', kafka.bootstrap.join(','), 'list'],
  ])
  const states = [...listed.matchAll(/^tillgate-dedup\.drained\.\d+\s+\d+\s+\d+\s+(\w+)/gm)].map(([, state]) => state)
  assert.deepEqual(states, ['CompleteCommit', 'CompleteCommit'], listed)
  await judgeAll('drained')
  await judgeStage(kafka.bootstrap, 'drained')
})

test('without its topics it does not start, and says which command creates them', async () => {
  await kafka.createTopic({ topic: 'bare', partitions: PARTITIONS })
  const dedup = startDedup('bare')
  assert.deepEqual(await dedup.exited, { code: 1, signal: null })
  assert.match(dedup.stderr(), /the topic bare\.unique is missing: create it with tillgate topics create --dedup/)
})
