import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { type CliProcess, spawnCli, startServe } from '../harness/cli-process.ts'
import { createStageTopics, untilJudged } from '../harness/dedup.ts'

const PARTITIONS = 6
const WRONG = ['--changed-percent', '20', '--older-percent', '30', '--twins-percent', '20']

let kafka: KafkaCluster
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-stage-audit-'))
  kafka = await startKafka()
})

after(async () => {
  await kafka.stop()
  await rm(folder, { recursive: true, force: true })
})

test('what dedup makes of tills that send wrongly is exact: audit finds each invoice in .unique once', async () => {
  await createStageTopics(kafka, 'sales', PARTITIONS)
  const env = {
    KAFKA_BROKERS: kafka.bootstrap.join(),
    KAFKA_TOPIC: 'sales',
    KAFKA_PARTITIONS: String(PARTITIONS),
    ADMIN_PORT: '0',
    REPLAY_MEMORY_BYTES: '0', // so that everything reaches the stage
  }
  const answers = join(folder, 'answers.ndjson')
  const running: CliProcess[] = [spawnCli(['dedup'], env)]
  try {
    const gateway = await startServe(env)
    running.push(gateway)
    await gateway.untilReady()
    const load = ['--tills', '20', '--rate', '150', '--seconds', '4', ...WRONG]
    const simulate = spawnCli(['simulate', '--url', gateway.url, ...load, '--answers', answers])
    running.push(simulate)
    assert.equal((await simulate.exited).code, 0, simulate.output())
    await untilJudged(kafka.bootstrap, 'sales', 60_000)
    const audit = spawnCli(['audit', '--unique', '--json', '--answers', answers], env)
    running.push(audit)
    assert.equal((await audit.exited).code, 0, audit.output())
    const { verdict, totals } = JSON.parse(audit.stdout().toString())
    assert.equal(verdict, 'held')
    assert.equal(totals.unique, totals.acknowledged)
    const { duplicates, tillConflicts } = totals.found
    assert.ok(duplicates > 0 && tillConflicts > 0 && totals.conflictsTopic >= tillConflicts, JSON.stringify(totals))
  } finally {
    for (const process of running) await process.end()
  }
})
