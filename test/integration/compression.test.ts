import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { runTool } from '../../dev/kafka/tools.ts'
import type { AnswerLine } from '../../src/tools/audit/answers.ts'
import { spawnCli } from '../harness/cli-process.ts'
import { invoiceBody, send } from '../harness/exchange.ts'
import { startTestGateway } from '../harness/run.ts'

/** The numbers that batches in the log have for their compression. */
const COMPRESSIONS = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const
/** In one batch of Java's producer: several blocks of snappy and of LZ4. */
const FROM_JAVA = 200
/** In a batch each, sent uncompressed by a gateway and compressed by the broker. */
const FROM_GATEWAY = 3
/** More bytes than a gateway compresses in its own thread. */
const IN_UPLOAD = 80

let kafka: KafkaCluster
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-compression-'))
  kafka = await startKafka()
})

after(async () => {
  await kafka?.stop()
  await rm(folder, { recursive: true, force: true })
})

const bodies = Array.from({ length: FROM_JAVA + FROM_GATEWAY }, (_, i) => invoiceBody('S1', i + 1))
const bodyOf = (sequenceNumber: number) => bodies[sequenceNumber - 1]!

/** Appends invoices with Kafka's own producer, all in one batch. */
async function produce(topic: string, compression: string, sequenceNumbers: readonly number[]): Promise<void> {
  const headersOf = (sequenceNumber: number) => `ce_source=/stores/S1/terminals/T1/journals/J1;ce_id=${sequenceNumber}`
  const lines = sequenceNumbers.map((number) =>
    Buffer.concat([Buffer.from(`${headersOf(number)}\tS1\t`), bodyOf(number)]),
  )
  const properties = {
    'parse.key': 'true',
    'parse.headers': 'true',
    'headers.separator': ';',
    'headers.key.separator': '=',
  }
  await runTool(
    'org.apache.kafka.tools.ConsoleProducer',
    [
      ...['--bootstrap-server', kafka.bootstrap.join(), '--topic', topic, '--compression-codec', compression],
      // A batch is sent at the end of the input, or when `timeout` is over.
      ...['--batch-size', '1000000', '--timeout', '60000', '--request-timeout-ms', '30000'],
      ...Object.entries(properties).flatMap(([name, value]) => ['--reader-property', `${name}=${value}`]),
    ],
    Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])),
  )
}

/** The compression and the number of records of every batch in the log of partition 0. */
async function batchesOf(topic: string): Promise<{ compression: number; records: number }[]> {
  const data = join(dirname(kafka.brokers[0]!.logFile), 'data')
  const log = await readFile(join(data, `${topic}-0`, '00000000000000000000.log'))
  const batches = []
  for (let at = 0; at < log.length; at += 12 + log.readInt32BE(at + 8))
    batches.push({ compression: log.readInt16BE(at + 21) & 7, records: log.readInt32BE(at + 57) })
  return batches
}

async function tillgate(t: TestContext, topic: string, args: string[]) {
  const started = spawnCli(args, { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: topic, KAFKA_PARTITIONS: '1' })
  t.after(() => started.end())
  const { code } = await started.exited
  return { code, stdout: started.stdout(), stderr: started.stderr() }
}

for (const [name, number] of Object.entries(COMPRESSIONS)) {
  test(`tail and audit read ${name}, by Java's producer and by the broker, byte for byte`, async (t) => {
    const sent = bodies.map((_, i) => i + 1)
    await kafka.createTopic({ topic: name, partitions: 1, config: { 'compression.type': name } })
    await produce(name, name, sent.slice(0, FROM_JAVA))
    const gateway = await startTestGateway(kafka.bootstrap, name, { KAFKA_PARTITIONS: '1' })
    await gateway.ready
    for (const one of sent.slice(FROM_JAVA)) assert.equal((await send(gateway.url, bodyOf(one))).status, 201)
    await gateway.stop()
    assert.deepEqual(await batchesOf(name), [
      { compression: number, records: FROM_JAVA },
      ...new Array(FROM_GATEWAY).fill({ compression: number, records: 1 }),
    ])

    const answers = sent.map((sequenceNumber): AnswerLine => {
      const identity = { storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber }
      return { ...identity, outcome: 'acknowledged', sha256: hash('sha256', bodyOf(sequenceNumber)) }
    })
    const answersFile = join(folder, `${name}.ndjson`)
    await writeFile(answersFile, answers.map((one) => JSON.stringify(one)).join('\n'))
    const [tailed, audited] = await Promise.all([
      tillgate(t, name, ['tail', '--exit-at-end', '--raw']),
      tillgate(t, name, ['audit', '--json', '--answers', answersFile]),
    ])
    assert.equal(tailed.code, 0, tailed.stderr)
    assert.ok(tailed.stdout.equals(Buffer.concat(sent.map(bodyOf))))
    assert.equal(audited.code, 0, audited.stderr + audited.stdout)
    const { totals } = JSON.parse(audited.stdout.toString())
    assert.equal(totals.acknowledged, sent.length)
  })
}

test('what gateways compress is read by Java, tail and audit, byte for byte', async (t) => {
  const topic = 'from-gateways'
  // Of the batch as it is sent: before compression, an upload's batch has twice as many bytes.
  await kafka.createTopic({ topic, partitions: 1, config: { 'max.message.bytes': '60000' } })
  const sent: Buffer[] = []
  const expected: { compression: number; records: number }[] = []
  for (const [name, number] of Object.entries(COMPRESSIONS)) {
    const settings = { KAFKA_PARTITIONS: '1', KAFKA_COMPRESSION: name, MAX_INVOICE_BYTES: '50000' }
    const gateway = await startTestGateway(kafka.bootstrap, topic, settings)
    t.after(() => gateway.stop())
    await gateway.ready
    const [alone, ...upload] = Array.from({ length: 1 + IN_UPLOAD }, (_, i) => invoiceBody('S1', sent.length + i + 1))
    assert.equal((await send(gateway.url, alone!)).status, 201)
    const response = await fetch(`${gateway.url}/v1/invoices/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: upload.map(String).join('\n'),
    })
    assert.equal(response.status, 200, 'all are stored')
    await gateway.stop()
    sent.push(alone!, ...upload)
    expected.push({ compression: number, records: 1 }, { compression: number, records: IN_UPLOAD })
  }
  const batches = await batchesOf(topic)
  assert.deepEqual(joined(batches), joined(expected))
  assert.ok(
    batches.some(({ records }) => records > 50),
    'one that is compressed in another thread',
  )

  const [byJava, tailed, audited] = await Promise.all([
    runTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...['--bootstrap-server', kafka.bootstrap.join(), '--topic', topic, '--from-beginning'],
      ...['--max-messages', String(sent.length)],
    ]),
    tillgate(t, topic, ['tail', '--exit-at-end', '--raw']),
    tillgate(t, topic, ['audit', '--json']),
  ])
  assert.equal(byJava, sent.map((body) => `${body}\n`).join(''))
  assert.ok(tailed.stdout.equals(Buffer.concat(sent)))
  assert.equal(audited.code, 0, audited.stderr + audited.stdout)
})

/** How many records there are with each compression; an upload may be in several batches. */
function joined(batches: readonly { compression: number; records: number }[]): Record<number, number> {
  const records: Record<number, number> = {}
  for (const batch of batches) records[batch.compression] = (records[batch.compression] ?? 0) + batch.records
  return records
}
