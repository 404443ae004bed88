/**
 * `npm run bench -- [--pairs 5] [--seconds 15] [--quick] [--only SECTION ...] [--raw FILE]`: compares the gateway with
 * its alternatives in one run, in the order A B B A. What is measured has one core; broker and load have the other.
 * Prints the tables of bench/RESULTS.md, whose charts `npm run bench:charts` draws. `--raw` writes every sample to a file, as JSON. `--quick` takes 3 minutes and
 * is only a rough guide. Sections: bare, naive, tokens, bento, java, uploads,
 * latency, memory.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startKafka } from '../dev/kafka/cluster.ts'
import { keygen } from '../src/tools/token/keygen.ts'
import { withAdmin } from '../test/harness/admin.ts'
import { runJavaProducer } from './java-producer.ts'
import { compareLatency } from './latency.ts'
import { inPairs, type Load, measure, type Sample } from './measure.ts'
import { measureMemory } from './memory.ts'
import { CORES, pin } from './processes.ts'
import { type Comparison, comparisonTable, heading, latencyTable, memoryTable } from './report.ts'
import { type Subject, startBento, startGateway, startGatewayWithTokens, startPlainRoute } from './subjects.ts'

const SECTIONS = ['bare', 'naive', 'tokens', 'bento', 'java', 'uploads', 'latency', 'memory'] as const
const { values } = parseArgs({
  options: {
    pairs: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [...SECTIONS] },
    raw: { type: 'string' },
  },
})
const pairs = Number(values.pairs ?? (values.quick ? 1 : 5))
const seconds = Number(values.seconds ?? (values.quick ? 3 : 15))
const connections = values.quick ? [64] : [64, 256, 1_024]
/** Lines of an invoice, which determine its size: 0.6 KB, 1.6 KB, 16 KB. */
const sizes = values.quick ? [3] : [0, 3, 55]
/** Size of the record of a 1.6 KB invoice in the log, headers included. */
const RECORD_BYTES = 2_000
const UPLOADS = { kind: 'upload', connections: 4, invoices: 500, seconds }

// The broker at its best, rather than started quickly as for tests.
const kafka = await startKafka({
  jvmFlags: ['-Xmx1g', '-XX:+UseSerialGC'],
  brokerConfig: { 'log.retention.check.interval.ms': '2000', 'log.segment.delete.delay.ms': '1000' },
})
const target = { bootstrap: kafka.bootstrap, topic: 'bench', partitions: 6 }
const subjects: Subject[] = []
try {
  for (const broker of kafka.brokers) await pin(broker.pid, CORES.rest)
  const config = { 'retention.bytes': String(200 * 2 ** 20), 'segment.bytes': String(50 * 2 ** 20) }
  await kafka.createTopic({ topic: target.topic, partitions: target.partitions, config })
  await withAdmin(kafka.bootstrap, async (admin) => {
    const start = async (starting: Promise<Subject>) => {
      const subject = await starting
      subjects.push(subject)
      return subject
    }
    const gateway = await start(startGateway(target))
    const run = async (subject: Subject, load: Load): Promise<Sample> => {
      const sample = await measure(admin, target, subject, load)
      const { invoicesPerSecond, cpuUs, busy, loadBusy } = sample
      console.error(
        `${subject.name} ${JSON.stringify(load)}: ${Math.round(invoicesPerSecond)}/s, ${cpuUs.toFixed(1)} us, ${Math.round(100 * busy)} % busy, load ${Math.round(100 * loadBusy)} %`,
      )
      return sample
    }
    const compare = async (name: string, a: Subject, b: Subject, load: Load, bLoad = load): Promise<Comparison> => {
      const warmUp = Math.max(2, seconds / 3)
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
    const section = async (name: (typeof SECTIONS)[number], work: () => Promise<[unknown, string]>) => {
      if (!values.only.includes(name)) return
      const [samples, table] = await work()
      raw[name] = samples
      console.log(table)
    }

    console.log(await heading({ pairs, seconds }))
    await section('bare', async () => {
      const bare = await start(startPlainRoute('bare', target))
      const all: Comparison[] = []
      for (const lines of sizes)
        for (const count of connections)
          all.push(await compare(`${count} connections, ${lines} lines`, gateway, bare, post(count, lines)))
      return [all, comparisonTable('Single posts beside the bare Fastify route', all)]
    })
    await section('naive', async () => {
      const naive = await start(startPlainRoute('naive', target))
      const all: Comparison[] = []
      for (const count of connections.slice(0, 2))
        all.push(await compare(`${count} connections`, gateway, naive, post(count)))
      return [all, comparisonTable('Single posts beside one `send` a request', all)]
    })
    await section('tokens', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'tillgate-bench-'))
      try {
        const [keyFile, jwksFile] = [join(folder, 'key.json'), join(folder, 'jwks.json')]
        await keygen(keyFile, jwksFile)
        const withTokens = await start(startGatewayWithTokens(target, jwksFile))
        const all: Comparison[] = []
        for (const count of connections) {
          const load = { ...post(count), 'key-file': keyFile }
          all.push(await compare(`${count} connections, a token each`, withTokens, gateway, load, post(count)))
        }
        return [all, comparisonTable('Single posts with tokens, each verified once, beside AUTH=off', all)]
      } finally {
        await rm(folder, { recursive: true })
      }
    })
    await section('bento', async () => {
      const bento = await start(startBento(target))
      const all: Comparison[] = []
      for (const count of connections) all.push(await compare(`${count} connections`, gateway, bento, post(count)))
      return [all, comparisonTable('Single posts beside Bento, which validates nothing', all)]
    })
    await section('uploads', async () => {
      const all = [await compare('uploads of 500 / posts on 64 connections', gateway, gateway, UPLOADS, post(64))]
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
      return [all, comparisonTable("Uploads beside Kafka's own producer performance tool", all)]
    })
    await section('latency', async () => {
      const bare = subjects.find(({ name }) => name === 'bare route') ?? (await start(startPlainRoute('bare', target)))
      const { invoicesPerSecond } = await run(gateway, post(256))
      const rows = await compareLatency({ gateway, bare, target, run, pairs, seconds, capacity: invoicesPerSecond })
      return [rows, latencyTable(rows)]
    })
    await section('memory', async () => {
      const rows = await measureMemory(target, kafka.brokers)
      return [rows, memoryTable(rows)]
    })
    if (values.raw !== undefined) await writeFile(values.raw, `${JSON.stringify(raw, null, 1)}\n`)
  })
} finally {
  for (const subject of subjects) await subject.end()
  await kafka.stop()
}
