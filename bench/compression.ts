/**
 * `npm run bench:compression -- [--rounds 4] [--seconds 3]`: what an invoice costs the gateway, the broker, the network
 * and the disk with each `KAFKA_COMPRESSION`, sent alone over 16 connections and in uploads of 1,000. One gateway each, all
 * on the measured core, one broker with six partitions for each; in turns, there and back. Prints the table of
 * bench/RESULTS.md. No sample comes twice in a batch, but samples resemble each other more than real invoices.
 */

import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startKafka } from '../dev/kafka/cluster.ts'
import { COMPRESSIONS, type Compression } from '../src/kafka/kafkajs/compression.ts'
import { blockTable } from './compression-blocks.ts'
import { appendedSince, segmentSizes } from './log-batches.ts'
import { machineLine, table } from './markdown.ts'
import { CORES, cpuSeconds, pin, runLoad, startPinnedGateway } from './processes.ts'
import { spread } from './spread.ts'
import { carried, tcpBytes } from './tcp-bytes.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '4' }, seconds: { type: 'string', default: '3' } },
})
const seconds = Number(values.seconds)
const LOADS = {
  'single posts': { kind: 'post', connections: 16, seconds },
  uploads: { kind: 'upload', connections: 4, samples: 1_000, seconds },
}
type LoadName = keyof typeof LOADS
const IDLE_SECONDS = 3

/** Of one invoice, unless the name says otherwise. */
interface Sample {
  readonly perSecond: number
  readonly gatewayUs: number
  readonly brokerUs: number
  readonly wireBytes: number
  readonly logBytes: number
  readonly batchRecords: number
}

interface Row {
  readonly compression: Compression
  readonly load: LoadName
  readonly samples: Sample[]
}

const kafka = await startKafka()
try {
  const [broker] = kafka.brokers as [(typeof kafka.brokers)[number]]
  const dataFolder = join(dirname(broker.logFile), 'data')
  await pin(broker.pid, CORES.rest)
  const gateways = new Map<Compression, Awaited<ReturnType<typeof startPinnedGateway>>>()
  for (const compression of COMPRESSIONS) {
    await kafka.createTopic({ topic: compression, partitions: 6 })
    const environment = { KAFKA_COMPRESSION: compression }
    gateways.set(compression, await startPinnedGateway(kafka.bootstrap, compression, environment))
  }
  const gatewayOf = (compression: Compression) => gateways.get(compression)!

  const look = async (compression: Compression) => ({
    tcp: await tcpBytes(),
    atMs: performance.now(),
    broker: cpuSeconds(broker.pid),
    gateway: cpuSeconds(gatewayOf(compression).pid),
    sizes: segmentSizes(dataFolder, compression),
  })
  const run = async ({ compression, load }: Row, idle: number): Promise<Sample> => {
    const before = await look(compression)
    const { acknowledged } = await runLoad(gatewayOf(compression).url, LOADS[load])
    const after = await look(compression)
    const log = appendedSince(before.sizes, after.sizes)
    if (log.records < acknowledged) throw new Error(`${acknowledged} acknowledged, but ${log.records} in the log`)
    // Snappy finds nothing in one sample of two hundred, which then goes as it is.
    if (compression === 'none' ? log.compressed > 0 : log.compressed < 0.95 * log.batches)
      throw new Error(`${compression}: ${log.compressed} of ${log.batches} batches are compressed`)
    const idleSeconds = (idle * (after.atMs - before.atMs)) / 1_000
    return {
      perSecond: acknowledged / seconds,
      gatewayUs: (1e6 * (after.gateway - before.gateway)) / log.records,
      brokerUs: (1e6 * (after.broker - before.broker - idleSeconds)) / log.records,
      wireBytes: carried(broker.pid, before.tcp, after.tcp).received / log.records,
      logBytes: log.bytes / log.records,
      batchRecords: log.records / log.batches,
    }
  }

  const rows = (Object.keys(LOADS) as LoadName[]).flatMap((load) =>
    COMPRESSIONS.map((compression): Row => ({ compression, load, samples: [] })),
  )
  for (const row of rows) await run(row, 0) // warm-up
  const before = cpuSeconds(broker.pid)
  await sleep(IDLE_SECONDS * 1_000)
  const idle = (cpuSeconds(broker.pid) - before) / IDLE_SECONDS
  for (let round = 0; round < Number(values.rounds); round++)
    for (const row of round % 2 === 0 ? rows : rows.toReversed()) row.samples.push(await run(row, idle))

  console.log(`${await machineLine()}; ${values.rounds} rounds of ${seconds} s; median (least-most).\n`)
  const of = ({ samples }: Row, name: keyof Sample, digits = 0) =>
    spread(
      samples.map((sample) => sample[name]),
      digits,
    )
  const head = [
    '',
    '',
    'invoices/s',
    'gateway us',
    'broker us',
    'bytes to the broker',
    'bytes on disk',
    'records a batch',
  ]
  const cells = rows.map((row) => [
    row.compression === 'none' ? row.load : '',
    row.compression,
    of(row, 'perSecond'),
    of(row, 'gatewayUs', 1),
    of(row, 'brokerUs', 1),
    of(row, 'wireBytes'),
    of(row, 'logBytes'),
    of(row, 'batchRecords', 1),
  ])
  console.log(table(head, cells))
  console.log(`\n${await blockTable()}`)
  for (const gateway of gateways.values()) await gateway.end('SIGTERM')
} finally {
  await kafka.stop()
}
