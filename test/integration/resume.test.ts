import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { progressFileOf } from '../../src/tools/uploader/journal.ts'
import { readProgress } from '../../src/tools/uploader/progress-file.ts'
import type { UploadReport } from '../../src/tools/uploader/report-text.ts'
import { DEADLINE_MS, spawnCli } from '../harness/cli-process.ts'
import { createStageTopics, untilJudged } from '../harness/dedup.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { startRelay } from '../harness/relay.ts'
import { sampleInvoice } from '../invoice/generate.ts'

const TERMINALS = Array.from({ length: 10 }, (_, i) => ({ storeId: `S${i % 3}`, terminalId: `T${i}`, journalId: 'J1' }))
const INVOICES_A_TERMINAL = 150
const ALL = TERMINALS.length * INVOICES_A_TERMINAL

let kafka: KafkaCluster
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-resume-'))
  kafka = await startKafka()
  await createStageTopics(kafka, 'resumed', 2)
})

after(async () => {
  await kafka?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function writeJournal(): Promise<string> {
  const numbers = Array.from({ length: INVOICES_A_TERMINAL }, (_, i) => i + 1)
  const lines = numbers.flatMap((sequenceNumber) =>
    TERMINALS.map((terminal) => JSON.stringify(sampleInvoice({ ...terminal, sequenceNumber }))),
  )
  const file = join(folder, 'till-7.ndjson')
  await writeFile(file, `${lines.join('\n')}\n`)
  return file
}

/** How many numbers the cursors of all journals list. */
async function listed(url: string): Promise<number> {
  let numbers = 0
  for (const { storeId, terminalId, journalId } of TERMINALS) {
    const path = `/v1/stores/${storeId}/terminals/${terminalId}/journals/${journalId}`
    const answer = await fetch(url + path, { signal: AbortSignal.timeout(DEADLINE_MS) })
    assert.equal(answer.status, 200)
    const { through, ahead } = (await answer.json()) as { through: number; ahead: [number, number][] }
    numbers += ahead.reduce((sum, [first, last]) => sum + last - first + 1, through)
  }
  return numbers
}

test('an upload that was killed, and whose files are gone, goes on where Kafka is: each invoice is in the raw topic once', async (t) => {
  const environment = { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: 'resumed', KAFKA_PARTITIONS: '2' }
  const dedup = spawnCli(['dedup'], { ...environment, ADMIN_PORT: '0' })
  t.after(() => dedup.end())
  const gateway = await GatewayProcess.start({
    ...environment,
    JOURNALS_TOPIC: 'resumed.journals',
    DRAIN_DELAY_MS: '0',
  })
  t.after(() => gateway.end('SIGKILL'))
  const file = await writeJournal()
  const answers = join(folder, 'answers.ndjson')
  const relay = await startRelay(Number(new URL(gateway.url).port))
  t.after(() => relay.close())
  // Through this process: an upload cannot get to its end while this one gets no processor.
  const url = `http://127.0.0.1:${relay.port}`
  const always = ['upload', '--url', url, '--resume', '--json', '--answers', answers]
  const start = (args: readonly string[]) => {
    const started = spawnCli([...always, ...args, file])
    t.after(() => started.end())
    return started
  }

  const killed = start(['--invoices', '50'])
  await eventually('the upload is under way', DEADLINE_MS, 1, async () => {
    const progress = await readProgress(progressFileOf(file))
    return (progress?.stored ?? 0) >= ALL / 4 ? true : undefined
  })
  await killed.end()
  await rm(answers)
  await rm(progressFileOf(file))
  // What was under way is in Kafka, or never will be; and nobody remembers it but the topics.
  await gateway.end('SIGTERM')
  const stored = (await recordsOf(kafka.bootstrap, 'resumed')).length
  assert.ok(stored >= ALL / 4 && stored < ALL, `${stored} stored`)
  await untilJudged(kafka.bootstrap, 'resumed', DEADLINE_MS)
  gateway.launch()
  await gateway.ready()

  const resumed = start([])
  const { code } = await resumed.exited
  assert.equal(code, 0, resumed.output())
  const { tally } = JSON.parse(resumed.stdout().toString()) as UploadReport
  assert.deepEqual([tally.skipped, tally.sent, tally.stored, tally.unproven], [stored, ALL - stored, ALL - stored, 0])

  const raw = await recordsOf(kafka.bootstrap, 'resumed')
  const identities = new Set(raw.map(({ headers }) => `${headers.ce_source}/${headers.ce_id}`))
  assert.deepEqual([raw.length, identities.size], [ALL, ALL])
  await untilJudged(kafka.bootstrap, 'resumed', DEADLINE_MS)
  await eventually(
    'the cursors list all',
    DEADLINE_MS,
    100,
    async () => (await listed(gateway.url)) === ALL || undefined,
  )

  const audit = spawnCli(['audit', '--json', '--verify', '--answers', answers], environment)
  t.after(() => audit.end())
  assert.equal((await audit.exited).code, 0, audit.output())
})
