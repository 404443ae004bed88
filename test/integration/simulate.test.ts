import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import type { Summary } from '../../src/tools/simulate/summary.ts'
import { type CliProcess, spawnCli, startServe } from '../harness/cli-process.ts'

const DEADLINE_MS = 60_000

let kafka: KafkaCluster
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-simulate-'))
  kafka = await startKafka()
})

after(async () => {
  await kafka?.stop()
  await rm(folder, { recursive: true, force: true })
})

function start(t: TestContext, args: string[]): CliProcess {
  const started = spawnCli(['simulate', ...args])
  t.after(() => started.end())
  return started
}

async function summaryOf(started: CliProcess): Promise<{ code: number | null; summary: Summary }> {
  const { code } = await started.exited
  assert.equal(started.stderr(), '', 'a pipe gets no progress line')
  return { code, summary: JSON.parse(started.stdout().toString()) as Summary }
}

async function auditOf(t: TestContext, topic: string, answers: string, more: string[] = []) {
  const env = { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: topic }
  const started = spawnCli(['audit', '--answers', answers, '--verify', '--json', ...more], env)
  t.after(() => started.end())
  const { code } = await started.exited
  assert.equal(code, 0, started.output())
  return JSON.parse(started.stdout().toString()).totals
}

async function gatewayFor(t: TestContext, topic: string, env: NodeJS.ProcessEnv = {}) {
  await kafka.createTopic({ topic, partitions: 6 })
  const KAFKA_BROKERS = kafka.bootstrap.join()
  const gateway = await startServe({ KAFKA_BROKERS, KAFKA_TOPIC: topic, KAFKA_PARTITIONS: '6', ...env })
  t.after(() => gateway.end())
  await gateway.untilReady()
  return gateway
}

test('tills with a day and bursts: the audit finds every acknowledged invoice, once and unaltered', async (t) => {
  const { url } = await gatewayFor(t, 'day')
  const answers = join(folder, 'day.ndjson')
  const pages = { simulate: join(folder, 'day.html'), audit: join(folder, 'day-audit.html') }
  const shape = ['--curve', 'day', '--day-seconds', '10', '--burst', '4x1/5']
  const load = ['--tills', '300', '--stores', '40', '--rate', '60', ...shape]
  const { code, summary } = await summaryOf(
    start(t, ['--url', url, ...load, '--answers', answers, '--html', pages.simulate, '--json']),
  )
  assert.equal(code, 0)
  const { sent, acknowledged, quarantined, unanswered, intended, latencyMs } = summary
  assert.ok(intended > 300)
  assert.deepEqual([sent, acknowledged, quarantined, unanswered], [intended, intended, 0, 0])
  assert.ok(latencyMs !== null && latencyMs.p50 > 0 && latencyMs.max >= latencyMs.p999)
  const totals = await auditOf(t, 'day', answers, ['--html', pages.audit])
  assert.equal(totals.acknowledged, acknowledged)
  assert.equal(totals.found.lost, 0)
  assert.match(
    await readFile(pages.simulate, 'utf8'),
    /class="verdict good">Every invoice was acknowledged\..*Latency over time/s,
  )
  assert.match(await readFile(pages.audit, 'utf8'), /class="verdict good">The promise held\..*by partition/s)
})

test('tills that send wrongly: the audit tells what they did from what others could have done', async (t) => {
  const { url } = await gatewayFor(t, 'wrong')
  const answers = join(folder, 'wrong.ndjson')
  const wrong = ['--changed-percent', '20', '--older-percent', '20', '--twins-percent', '20']
  const load = ['--tills', '30', '--rate', '60', '--seconds', '4', ...wrong]
  const { code, summary } = await summaryOf(start(t, ['--url', url, ...load, '--answers', answers, '--json']))
  assert.equal(code, 0, 'what was sent wrongly may be refused')
  const { changed, older, twin } = summary.wrong
  for (const { sent, acknowledged, quarantined } of [changed, older, twin]) {
    assert.ok(sent > 0)
    assert.equal(sent, acknowledged + quarantined)
  }
  const { records, invoices, found } = await auditOf(t, 'wrong', answers)
  assert.deepEqual([found.conflicts, found.lost, found.altered, found.excess], [0, 0, 0, 0])
  assert.equal(found.tillConflicts + found.duplicates, records - invoices)
  assert.equal(found.tillConflicts > 0, changed.acknowledged > 0)
})

test('a gateway that dies and comes back: tills send again, nothing is lost', async (t) => {
  const [port] = (await freePorts(1)) as [number]
  const PORT = String(port) // none that a till's own socket can take while nobody listens
  const first = await gatewayFor(t, 'dies', { PORT })
  const answers = join(folder, 'dies.ndjson')
  const started = start(t, [
    '--url',
    first.url,
    '--tills',
    '50',
    '--rate',
    '40',
    '--seconds',
    '12',
    '--answers',
    answers,
    '--json',
  ])
  await eventually('some answers', DEADLINE_MS, 50, async () =>
    (await readFile(answers, 'utf8')).includes('acknowledged') ? true : undefined,
  )
  first.child.kill('SIGKILL')
  await first.exited
  await gatewayFor(t, 'dies', { PORT })
  const { code, summary } = await summaryOf(started)
  assert.equal(code, 0)
  assert.ok(summary.resent > 0)
  assert.ok((summary.statuses.none ?? 0) > 0)
  const totals = await auditOf(t, 'dies', answers)
  assert.equal(totals.acknowledged, summary.acknowledged)
  assert.equal(totals.found.lost, 0)
})

test('Ctrl-C ends it with the summary, and again at once; what was under way is unknown in the answers', async (t) => {
  const server = createServer((request) => request.resume()).listen(0, '127.0.0.1') // never answers
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const answers = join(folder, 'stopped.ndjson')
  const started = start(t, [
    '--url',
    url,
    '--rate',
    '50',
    '--seconds',
    '600',
    '--drain-seconds',
    '600',
    '--answers',
    answers,
    '--json',
  ])
  await once(server, 'request')
  started.child.kill('SIGINT')
  await untilDelivered(started.child.pid as number)
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal(started.child.exitCode, null, 'it waits for what is under way')
  started.child.kill('SIGINT')
  const { code, summary } = await summaryOf(started)
  assert.equal(code, 1)
  assert.ok(summary.isInterrupted)
  assert.ok(summary.unanswered > 0)
  assert.equal(summary.acknowledged, 0)
  assert.equal(summary.latencyMs, null, 'nothing was acknowledged')
  const lines = (await readFile(answers, 'utf8')).trimEnd().split('\n')
  assert.equal(lines.length, summary.attempts)
  for (const line of lines) assert.equal(JSON.parse(line).outcome, 'unknown')
})

/** Resolves when the process has got its signals: two that it has not got yet are one. */
async function untilDelivered(pid: number): Promise<void> {
  if (process.platform !== 'linux') return
  await eventually('the signal is delivered', DEADLINE_MS, 10, async () => {
    return /^ShdPnd:\s0+$/m.test(await readFile(`/proc/${pid}/status`, 'utf8')) || undefined
  })
}

test('what the gateway never takes is quarantined and makes the run fail', async (t) => {
  const server = createServer((request, response) => {
    request.resume()
    response
      .writeHead(422, { 'content-type': 'application/problem+json' })
      .end('{"outcome":"rejected","till":"quarantine"}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { code, summary } = await summaryOf(start(t, ['--url', url, '--rate', '20', '--seconds', '2', '--json']))
  assert.equal(code, 1)
  assert.equal(summary.quarantined, summary.intended)
  assert.deepEqual(Object.keys(summary.statuses), ['422'])
})

test('a rate that the simulator itself cannot keep is refused, with its own exit code and no latencies', async (t) => {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(201).end('{"invoiceId":"i"}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const started = start(t, ['--url', url, '--rate', '200000', '--seconds', '2', '--drain-seconds', '0'])
  const { code } = await started.exited
  assert.equal(code, 4, started.output())
  assert.match(started.stdout().toString(), /REFUSED to tell latencies: the simulator itself was \d+ % busy/)
  assert.doesNotMatch(started.stdout().toString(), /latency +p50/)
})

test('an answers file that is there is not overwritten; wrong arguments exit with 2', async (t) => {
  const cases: [string[], number, RegExp][] = [
    [
      ['--url', 'http://127.0.0.1:1', '--answers', import.meta.filename],
      2,
      /--answers: .*: something with that name exists already/,
    ],
    [['--url', 'nowhere'], 2, /--url/],
    [[], 2, /--url/],
  ]
  for (const [args, expected, said] of cases) {
    const started = start(t, args)
    const { code } = await started.exited
    assert.equal(code, expected, started.output())
    assert.match(started.stderr(), said)
    assert.equal(started.stdout().toString(), '')
  }
})
