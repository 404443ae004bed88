/**
 * `npm run bench -- [--pairs 5] [--seconds 15] [--quick] [--only SECTION ...] [--raw FILE]`: compares the gateway with
 * its alternatives in one run, in the order A B B A. What is measured has one core; broker and load have the other.
 * Prints the tables of bench/RESULTS.md, whose charts `npm run bench:charts` draws, and at the end the goals with what
 * this run has reached. `--raw` writes every sample to a file, as JSON. `--quick` takes about 3 minutes and is only a
 * rough guide. Sections: bare, floor, naive, tokens, bento, mq-bridge, java, uploads, latency, dedup. With `--pairs 3
 * --seconds 8` it takes half an hour.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endWithParent } from '../dev/dependent-process.ts'
import { keygen } from '../src/tools/token/keygen.ts'
import { withAdmin } from '../test/harness/admin.ts'
import { measureLag } from './dedup-lag.ts'
import { measureThroughput } from './dedup-throughput.ts'
import { goalTable, type Reached, ratios } from './goals.ts'
import { runJavaProducer } from './java-producer.ts'
import { createTarget, startBenchKafka } from './kafka.ts'
import { compareLatency } from './latency.ts'
import { inPairs, type Load, measure, type Sample } from './measure.ts'
import { BENTOS, startBento, startMqBridge } from './peers.ts'
import { checkThatItValidates } from './refusal.ts'
import { type Comparison, comparisonTable, dedupTable, heading, latencyTable } from './report.ts'
import { type Subject, startGateway, startGatewayWithTokens, startPlainRoute } from './subjects.ts'

const SECTIONS = [
  'bare',
  'floor',
  'naive',
  'tokens',
  'bento',
  'mq-bridge',
  'uploads',
  'java',
  'latency',
  'dedup',
] as const
const { values } = parseArgs({
  options: {
    pairs: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    raw: { type: 'string' },
  },
})
if (process.env.npm_lifecycle_event !== undefined) endWithParent()
const only = values.only ?? SECTIONS
for (const name of only) if (!SECTIONS.includes(name as never)) throw new Error(`there is no section ${name}`)
const pairs = Number(values.pairs ?? (values.quick ? 1 : 5))
const seconds = Number(values.seconds ?? (values.quick ? 2 : 15))
const connections = values.quick ? [64] : [64, 256, 1_024]
/** Connections by the lines of an invoice, which determine its size: 0.6 KB, 1.6 KB, 16 KB. */
const sizes = values.quick ? { 3: connections } : { 0: [64, 1_024], 3: connections, 55: [64, 1_024] }
/** For what depends little on it. */
const [few] = connections.slice(-2) as [number]
/** Size of the record of a 1.6 KB invoice in the log, headers included. */
const RECORD_BYTES = 2_000
const UPLOADS = { kind: 'upload', connections: 4, invoices: 500, seconds }

const kafka = await startBenchKafka()
const subjects: Subject[] = []
const folder = await mkdtemp(join(tmpdir(), 'tillgate-bench-'))
try {
  const target = await createTarget(kafka)
  await withAdmin(kafka.bootstrap, async (admin) => {
    const start = async (starting: Promise<Subject>) => {
      const subject = await starting
      subjects.push(subject)
      return subject
    }
    const gateway = await start(startGateway(target))
    const [keyFile, jwksFile] = [join(folder, 'key.json'), join(folder, 'jwks.json')]
    await keygen(keyFile, jwksFile)
    const startOnce = async (name: string, begin: () => Promise<Subject>) =>
      subjects.find((subject) => subject.name === name) ?? (await start(begin()))
    const startShipped = () => startOnce('gateway, AUTH=required', () => startGatewayWithTokens(target, jwksFile))
    const startBare = () => startOnce('bare route', () => startPlainRoute('bare', target))
    const withTokens = (load: Load) => ({ ...load, 'key-file': keyFile })
    const run = async (subject: Subject, load: Load): Promise<Sample> => {
      const sample = await measure(admin, target, subject, load)
      const { invoicesPerSecond, cpuUs, busy, loadBusy } = sample
      console.error(
        `${subject.name} ${JSON.stringify(load)}: ${Math.round(invoicesPerSecond)}/s, ${cpuUs.toFixed(1)} us, ${Math.round(100 * busy)} % busy, load ${Math.round(100 * loadBusy)} %`,
      )
      return sample
    }
    const compare = async (name: string, a: Subject, b: Subject, load: Load, bLoad = load): Promise<Comparison> => {
      const warmUp = Math.max(1.5, seconds / 3)
      await run(a, { ...load, seconds: warmUp })
      await run(b, { ...bLoad, seconds: warmUp })
      const compared = await inPairs(
        pairs,
        () => run(a, load),
        () => run(b, bLoad),
      )
      return { name, a: a.name, b: b.name, pairs: compared }
    }
    const post = (connections: number, lines = 3): Load => ({ kind: 'post', connections, lines, seconds })
    const raw: Record<string, unknown> = {}
    const reached = new Map<string, Reached>()
    const section = async (name: (typeof SECTIONS)[number], work: () => Promise<[unknown, string]>) => {
      if (!only.includes(name)) return
      const [samples, table] = await work()
      raw[name] = samples
      console.log(table)
    }

    console.log(await heading({ pairs, seconds }))
    await section('bare', async () => {
      const [shipped, bare] = [await startShipped(), await startBare()]
      const all: Comparison[] = []
      for (const [lines, counts] of Object.entries(sizes))
        for (const count of counts) {
          const load = post(count, Number(lines))
          all.push(await compare(`${count} connections, ${lines} lines`, shipped, bare, withTokens(load), load))
        }
      reached.set('shipped', ratios(all, 'invoicesPerSecond'))
      return [all, comparisonTable('Single posts beside the bare Fastify route', all)]
    })
    await section('floor', async () => {
      const [shipped, bare] = [await startShipped(), await startBare()]
      const floor = await start(startPlainRoute('floor', target))
      const all: Comparison[] = []
      for (const count of connections)
        all.push(await compare(`${count} connections`, shipped, floor, withTokens(post(count)), post(count)))
      reached.set('floor', ratios(all, 'cpuUs'))
      if (!values.quick) all.push(await compare(`bare route, ${few} connections`, bare, floor, post(few)))
      return [all, comparisonTable('Single posts beside the floor', all)]
    })
    await section('naive', async () => {
      const naive = await start(startPlainRoute('naive', target))
      const all = [await compare(`${few} connections`, gateway, naive, post(few))]
      return [all, comparisonTable('Single posts beside one `send` a request', all)]
    })
    await section('tokens', async () => {
      const shipped = await startShipped()
      const all = [
        await compare(`${few} connections, a token each`, shipped, gateway, withTokens(post(few)), post(few)),
      ]
      return [all, comparisonTable('Single posts with tokens, each verified once, beside AUTH=off', all)]
    })
    await section('bento', async () => {
      const all: Comparison[] = []
      for (const kind of Object.keys(BENTOS) as (keyof typeof BENTOS)[]) {
        const bento = await start(startBento(kind, target))
        const isSame = kind === 'schema-and-key'
        if (isSame) await checkThatItValidates(bento)
        for (const count of isSame ? connections : [few])
          all.push(await compare(`${BENTOS[kind]}, ${count} connections`, gateway, bento, post(count)))
        if (isSame) reached.set('peer', ratios(all, 'invoicesPerSecond'))
      }
      return [all, comparisonTable('Single posts beside Bento', all)]
    })
    await section('mq-bridge', async () => {
      const bridge = await start(startMqBridge(target))
      const all = [await compare(`${few} connections`, gateway, bridge, post(few))]
      return [all, comparisonTable('Single posts beside mq-bridge, which reads nothing', all)]
    })
    await section('uploads', async () => {
      const all = [await compare('uploads of 500 / posts on 64 connections', gateway, gateway, UPLOADS, post(64))]
      const perCpuSecond = ratios(all, 'cpuUs').map(({ figures }) => ({
        name: '',
        figures: figures.map((of) => 1 / of),
      }))
      reached.set('uploads', perCpuSecond)
      return [all, comparisonTable('Uploads beside single posts', all)]
    })
    await section('java', async () => {
      const java = (records: number) =>
        runJavaProducer({ bootstrap: kafka.bootstrap, topic: target.topic, records, recordBytes: RECORD_BYTES })
      const { recordsPerSecond } = await java(100_000)
      await run(gateway, UPLOADS)
      const compared = await inPairs(
        pairs,
        () => run(gateway, UPLOADS),
        async () => {
          const result = await java(Math.ceil(recordsPerSecond * seconds))
          console.error(`Java: ${Math.round(result.recordsPerSecond)}/s`)
          return { invoicesPerSecond: result.recordsPerSecond, cpuUs: Number.NaN, busy: Number.NaN }
        },
      )
      const all = [{ name: 'uploads of 500 / records', a: 'gateway', b: 'kafka-producer-perf-test', pairs: compared }]
      reached.set('producer', ratios(all, 'invoicesPerSecond'))
      return [all, comparisonTable("Uploads beside Kafka's own producer performance tool", all)]
    })
    await section('latency', async () => {
      const bare = await startBare()
      const { invoicesPerSecond } = await run(gateway, post(256))
      const percents = values.quick ? [50] : [25, 50, 75]
      const rows = await compareLatency({
        ...{ gateway, bare, target, run, pairs, seconds, percents },
        capacity: invoicesPerSecond,
      })
      const half = rows.find(({ percent }) => percent === 50)?.rounds ?? []
      const figures = half.map(({ gateway, bare, broker }) => gateway.p99 / (bare.p99 + broker.p99))
      reached.set('latency', [{ name: '', figures }])
      return [rows, latencyTable(rows)]
    })
    await section('dedup', async () => {
      const [throughput, lag] = [
        await measureThroughput(kafka, values.quick ? 20_000 : 100_000),
        await measureLag(kafka, values.quick ? 5 : 30),
      ]
      reached.set('dedup', [{ name: '', figures: [throughput['records/s on one core']] }])
      reached.set('lag', [{ name: '', figures: [lag['p99 ms']] }])
      return [{ throughput, lag }, dedupTable(throughput, lag)]
    })
    console.log(goalTable(reached))
    if (values.raw !== undefined) await writeFile(values.raw, `${JSON.stringify(raw, null, 1)}\n`)
  })
} finally {
  for (const subject of subjects) await subject.end()
  await kafka.stop()
  await rm(folder, { recursive: true })
}
