import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import type { AuditReport } from '../../src/tools/audit/report.ts'
import { progressFileOf, rejectedFileOf } from '../../src/tools/uploader/journal.ts'
import { readProgress } from '../../src/tools/uploader/progress-file.ts'
import type { UploadReport } from '../../src/tools/uploader/report-text.ts'
import { DEADLINE_MS, spawnCli } from '../harness/cli-process.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { startRelay } from '../harness/relay.ts'
import { sampleInvoice } from '../invoice/generate.ts'

const TERMINALS = 20
const INVOICES = 5_000

let kafka: KafkaCluster
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-upload-'))
  kafka = await startKafka()
})

after(async () => {
  await kafka?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function startGateway(t: TestContext, topic: string, env: NodeJS.ProcessEnv = {}): Promise<GatewayProcess> {
  await kafka.createTopic({ topic, partitions: 6 })
  const environment = { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: topic, KAFKA_PARTITIONS: '6', ...env }
  const gateway = await GatewayProcess.start({ ...environment, DRAIN_DELAY_MS: '0' })
  t.after(() => gateway.end('SIGKILL'))
  return gateway
}

/** The journals of these terminals in one file, mixed as they come in a shop. */
async function writeJournal(name: string, terminals: readonly number[], invoicesPerTerminal: number): Promise<string> {
  const lines: string[] = []
  for (let sequenceNumber = 1; sequenceNumber <= invoicesPerTerminal; sequenceNumber++) {
    for (const terminal of terminals) {
      const terminalId = `T${terminal}`
      const invoice = sampleInvoice({ storeId: `S${terminal % 7}`, terminalId, journalId: 'J1', sequenceNumber })
      lines.push(JSON.stringify(invoice))
    }
  }
  const file = join(folder, name)
  await writeFile(file, name.endsWith('.gz') ? gzipSync(lines.join('\n')) : `${lines.join('\n')}\n`)
  return file
}

/** The address of a relay in this process: an upload cannot get to its end while this process gets no processor. */
async function relayed(t: TestContext, url: string): Promise<string> {
  const relay = await startRelay(Number(new URL(url).port))
  t.after(() => relay.close())
  return `http://127.0.0.1:${relay.port}`
}

function startUpload(t: TestContext, url: string, args: readonly string[]) {
  const started = spawnCli(['upload', '--url', url, '--json', ...args])
  t.after(() => started.end())
  return started
}

async function upload(t: TestContext, url: string, args: readonly string[]) {
  const started = startUpload(t, url, args)
  const { code } = await started.exited
  assert.notEqual(started.stdout().toString(), '', started.stderr())
  return { code, stderr: started.stderr(), report: JSON.parse(started.stdout().toString()) as UploadReport }
}

/** Resolves while a request is under way, once so many lines of the journal are stored. */
const untilUnderWay = (file: string, stored: number) =>
  eventually(`${stored} lines are stored, and others under way`, DEADLINE_MS, 1, async () => {
    const progress = await readProgress(progressFileOf(file))
    return progress !== null && progress.stored >= stored && progress.underWay > 0 ? true : undefined
  })

test('5,000 invoices of 20 terminals; the gateway is killed, then the uploader: nothing is lost, order holds', async (t) => {
  const gateway = await startGateway(t, 'upload')
  const halves = [0, TERMINALS / 2].map((from) => Array.from({ length: TERMINALS / 2 }, (_, i) => from + i))
  const plain = await writeJournal('plain.ndjson', halves[0] as number[], INVOICES / TERMINALS)
  const zipped = await writeJournal('zipped.ndjson.gz', halves[1] as number[], INVOICES / TERMINALS)
  const answers = join(folder, 'answers.ndjson')
  const args = ['--answers', answers, '--invoices', '100', '--parallel', '2', plain, zipped]

  const first = startUpload(t, await relayed(t, gateway.url), args)
  await untilUnderWay(plain, 200)
  await gateway.end('SIGKILL')
  gateway.launch()
  await gateway.ready()
  await untilUnderWay(plain, 800)
  await first.end()

  const second = await upload(t, gateway.url, args)
  assert.equal(second.code, 0, second.stderr)
  assert.equal(second.report.isDone, true)
  assert.deepEqual(
    second.report.files.map(({ total }) => total),
    Array(2).fill({ stored: INVOICES / 2, rejected: 0, skipped: 0 }),
  )
  const third = await upload(t, gateway.url, args)
  assert.deepEqual([third.code, third.report.tally.sent], [0, 0])

  const { report, code } = await audit(t, 'upload', answers)
  const { records, invoices, acknowledged, journals, found } = report.totals
  assert.deepEqual(report.brokenBy, [])
  assert.deepEqual([code, invoices, acknowledged, journals], [0, INVOICES, INVOICES, TERMINALS])
  const unknown = (await readFile(answers, 'utf8')).split('\n').filter((line) => line.includes('"unknown"')).length
  assert.ok(unknown > 0 && found.duplicates <= unknown, `${found.duplicates} duplicates, ${unknown} unknown answers`)
  assert.equal(records, INVOICES + found.duplicates)
  t.diagnostic(`${unknown} attempts with an unknown outcome, ${found.duplicates} duplicates`)
})

async function audit(t: TestContext, topic: string, answers: string) {
  const env = { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: topic }
  const started = spawnCli(['audit', '--json', '--verify', '--answers', answers], env)
  t.after(() => started.end())
  const { code } = await started.exited
  assert.equal(started.stderr(), '')
  return { code, report: JSON.parse(started.stdout().toString()) as AuditReport }
}

test('smaller limits than usual: requests are cut until they fit; what is refused stands beside the journal', async (t) => {
  const limits = { UPLOAD_MAX_INVOICES: '40', UPLOAD_MAX_BYTES: '120000', MAX_INVOICE_BYTES: '60000' }
  const gateway = await startGateway(t, 'limits', { ...limits, UPLOAD_INLINE_BYTES: '0', UPLOAD_WORKERS: '1' })
  const file = await writeJournal('limits.ndjson', [1], 150)
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  const [tooLong, hopeless] = [`{"pad":"${'x'.repeat(70_000)}"}`, `{"pad":"${'x'.repeat(200_000)}"}`]
  await writeFile(
    file,
    [...lines.slice(0, 50), tooLong, ...lines.slice(50, 100), hopeless, ...lines.slice(100)].join('\n'),
  )

  for (const coding of ['--gzip', '--zstd', '--no-compression']) {
    const { code, report } = await upload(t, gateway.url, ['--again', coding, file])
    assert.equal(code, 1)
    const { stored, rejected } = report.tally
    assert.deepEqual([stored, rejected], [150, 2])
    const entries = (await readFile(rejectedFileOf(file), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      entries.map(({ line, status, text }) => [line, status, text === tooLong || text === hopeless]),
      [
        [51, 413, true],
        [102, 413, true],
      ],
    )
  }
  const numbers = (await recordsOf(kafka.bootstrap, 'limits')).map(
    ({ value }) => JSON.parse(String(value)).sequenceNumber,
  )
  const inOrder = Array.from({ length: 150 }, (_, i) => i + 1)
  assert.deepEqual(numbers, inOrder, 'what is sent again gets its first receipt')
})

test('Ctrl-C: the request under way is finished, the report says how far it came, and the next run goes on', async (t) => {
  const gateway = await startGateway(t, 'interrupted')
  const file = await writeJournal('interrupted.ndjson', [1, 2], 500)
  const started = startUpload(t, await relayed(t, gateway.url), ['--invoices', '10', file])
  await untilUnderWay(file, 10)
  started.child.kill('SIGINT')
  assert.equal((await started.exited).code, 1)
  const first = JSON.parse(started.stdout().toString()) as UploadReport
  assert.equal(first.files[0]?.end.kind, 'interrupted')
  assert.equal(first.tally.stored, first.tally.sent)
  const second = await upload(t, gateway.url, [file])
  assert.deepEqual([second.code, second.report.tally.sent], [0, 1_000 - first.tally.stored])
  assert.equal((await recordsOf(kafka.bootstrap, 'interrupted')).length, 1_000)
})

test('wrong arguments and files exit with 2 and one clear line; nothing is sent', async (t) => {
  // Each with a journal of its own: an upload locks its journal, and these run at the same time.
  const cases: [(journal: string) => string[], RegExp][] = [
    [() => [], /which files/],
    [(journal) => ['--fast', journal], /--fast/],
    [(journal) => [journal, join(folder, 'missing')], /missing: there is no such file/],
    [(journal) => [journal, journal], /named twice/],
    [(journal) => ['--answers', journal, journal], /named twice/],
    [(journal) => ['--answers', folder, journal], /--answers: .* is a folder|it is a folder/],
  ]
  const check = async ([argsFor, said]: (typeof cases)[number], index: number) => {
    const journal = await writeJournal(`wrong-${index}.ndjson`, [1], 1)
    const started = spawnCli(['upload', '--url', 'http://127.0.0.1:9', ...argsFor(journal)])
    t.after(() => started.end())
    assert.equal((await started.exited).code, 2, started.output())
    assert.match(started.stderr(), said)
    assert.doesNotMatch(started.stderr(), /\n {4}at /, 'no stack trace')
    assert.equal(started.stdout().toString(), '')
  }
  await Promise.all(cases.map(check))
  const help = spawnCli(['upload', '--help'])
  t.after(() => help.end())
  assert.equal((await help.exited).code, 0)
  assert.match(help.stdout().toString(), /--answers FILE/)
})
