import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { withAdmin } from '../harness/admin.ts'
import { type CliProcess, spawnCli } from '../harness/cli-process.ts'
import { createStageTopics, judgeStage, produce, tillMessages, untilJudged } from '../harness/dedup.ts'
import { randomFrom } from '../harness/random.ts'

const PARTITIONS = 2
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

test('SIGTERM ends it with exit code 0 once its transactions have ended', async () => {
  const dedup = startDedup('sales')
  try {
    while (!dedup.output().includes('partition restored')) await sleep(100)
    dedup.child.kill('SIGTERM')
    assert.deepEqual(await dedup.exited, { code: 0, signal: null })
  } finally {
    await dedup.end()
  }
})

test('without its topics it does not start, and says which command creates them', async () => {
  await kafka.createTopic({ topic: 'bare', partitions: PARTITIONS })
  const dedup = startDedup('bare')
  assert.deepEqual(await dedup.exited, { code: 1, signal: null })
  assert.match(dedup.stderr(), /the topic bare\.unique is missing: create it with tillgate topics create --dedup/)
})
