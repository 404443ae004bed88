import { setTimeout as sleep } from 'node:timers/promises'
import type { Broker } from '../dev/kafka/broker.ts'
import { readGatewayConfig } from '../src/config.ts'
import { neededMemoryBytes } from '../src/config-memory.ts'
import { CLI } from '../test/harness/cli-process.ts'
import { scrape } from '../test/harness/exchange.ts'
import { GatewayProcess } from '../test/harness/gateway-process.ts'
import { MemoryCgroup } from '../test/harness/memory-cgroup.ts'
import { HttpConnection } from './http-connection.ts'
import { CORES, pin, runLoad } from './processes.ts'
import { InvoiceSource, postRequest } from './requests.ts'
import type { Target } from './subjects.ts'

export interface MemoryRow {
  readonly state: string
  readonly residentMib: number
  /** What the kernel counts: now, and at most until now. */
  readonly countedMib: number
  readonly peakMib: number
}

export interface MemoryRun {
  readonly limitMib: number
  readonly rows: readonly MemoryRow[]
  /** What sockets held at most. */
  readonly socketMib: number
  /** How often the kernel ended it. */
  readonly killed: number
}

const SETTLE_MS = 2_000
const IDLE_MS = 10_000

/** As the image's NODE_OPTIONS. */
const IMAGE_FLAGS = ['--max-semi-space-size=32']

/** How often Kafka is frozen. Memory that is not freed shows from the second time on. */
const OUTAGES = 3

const LOADS = [
  { kind: 'post', connections: 256, seconds: 6 },
  { kind: 'post', connections: 64, lines: 55, seconds: 6 },
  { kind: 'upload', connections: 4, invoices: 500, seconds: 6 },
]

/**
 * The memory of a fresh gateway with the environment of the image, under the limit that the Helm chart computes: at rest,
 * with connections, under load, and with the buffer as full as it gets while those stay open. `environment`: variables
 * beyond the shipped ones.
 */
export async function measureMemory(
  { bootstrap, topic, partitions }: Target,
  brokers: readonly Broker[],
  environment: NodeJS.ProcessEnv,
): Promise<MemoryRun> {
  const variables = {
    KAFKA_BROKERS: bootstrap.join(','),
    KAFKA_TOPIC: topic,
    KAFKA_PARTITIONS: String(partitions),
    DRAIN_DELAY_MS: '0',
    MALLOC_ARENA_MAX: '1',
    ...environment,
  }
  const needed = neededMemoryBytes(readGatewayConfig({ AUTH: 'off', ...variables }))
  const cgroup = new MemoryCgroup(needed)
  const rows: MemoryRow[] = []
  const open: HttpConnection[] = []
  let gateway: GatewayProcess | undefined
  try {
    gateway = await GatewayProcess.start(variables, [...IMAGE_FLAGS, CLI, 'serve'], cgroup.wrapper)
    await pin(gateway.pid, CORES.measured)
    const { url } = gateway
    const note = (state: string, bytes = gateway?.residentBytes ?? 0) => {
      const [residentMib, countedMib, peakMib] = [bytes, cgroup.usedBytes, cgroup.peakBytes].map(mib) as [
        number,
        number,
        number,
      ]
      rows.push({ state, residentMib, countedMib, peakMib })
      console.error(`${state}: ${residentMib} MiB, the kernel counts ${countedMib}, ${peakMib} at most`)
    }
    await sleep(SETTLE_MS)
    note('just started')
    for (const count of [1_000, 10_000]) {
      while (open.length < count) open.push(...(await openSome(url, open.length)))
      await sleep(SETTLE_MS)
      note(`${count} connections, one invoice on each`)
    }
    for (const load of LOADS) await runLoad(url, load)
    note('after all it takes besides: posts of 1.6 KB and 16 KB, uploads')
    for (let outage = 1; outage <= OUTAGES; outage++) {
      const { residentBytes, bufferedBytes } = await outageUnderLoad(gateway, brokers)
      note(`Kafka stands still, time ${outage}: ${mib(bufferedBytes)} MiB buffered`, residentBytes)
      for (const load of LOADS) await runLoad(url, { ...load, seconds: 2 })
    }
    note('afterwards')
    for (const connection of open.splice(0)) connection.close()
    await sleep(IDLE_MS)
    note('ten seconds later, without connections')
  } catch (error) {
    throw new Error(`${rows.length} states measured, then: ${gateway?.output.slice(-2_000)}`, { cause: error })
  } finally {
    for (const connection of open) connection.close()
    await gateway?.end('SIGTERM')
  }
  const run = { limitMib: mib(cgroup.limitBytes), rows, socketMib: mib(cgroup.socketPeakBytes), killed: cgroup.killed }
  cgroup.remove()
  return run
}

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}

/** A hundred connections, with one invoice sent on each. */
function openSome(url: string, from: number): Promise<HttpConnection[]> {
  const all = Array.from({ length: 100 }, async (_, i) => {
    const connection = await HttpConnection.open(new URL(url))
    await connection.send(postRequest(new InvoiceSource(`M${from % 200}`, `T${from + i}`, 3, 1)))
    return connection
  })
  return Promise.all(all)
}

/**
 * Many tills with large invoices and all uploads that there is room for. Each store sends one invoice, so that no lane waits
 * for a store's turn.
 */
const FILLING = [
  { kind: 'post', connections: 3_000, lines: 220, samples: 1, stores: 3_000, seconds: 9 },
  { kind: 'upload', connections: 24, invoices: 900, lines: 25, samples: 20, seconds: 9, 'store-prefix': 'U' },
]
const FREEZE_ABOVE_BYTES = 8 * 2 ** 20

/** Resolves with the largest resident memory and the most bytes buffered until everything was answered again. */
async function outageUnderLoad(gateway: GatewayProcess, brokers: readonly Broker[]) {
  let residentBytes = 0
  let bufferedBytes = 0
  const look = async () => {
    residentBytes = Math.max(residentBytes, gateway.residentBytes)
    const now = await scrape(gateway.adminUrl, 'tillgate_buffered_bytes')
    bufferedBytes = Math.max(bufferedBytes, now)
    await sleep(100)
    return now
  }
  // Small ones first: how many invoices may be in flight follows from how many are stored a second.
  const loads = [...FILLING, { kind: 'post', connections: 256, seconds: 5 }].map((load) => runLoad(gateway.url, load))
  const loaded = Promise.all(loads)
  loaded.catch(() => {}) // awaited below
  try {
    for (let i = 0; i < 50 && (await look()) < FREEZE_ABOVE_BYTES; i++);
    await Promise.all(brokers.map((broker) => broker.freeze()))
    for (let i = 0; i < 80; i++) await look()
  } finally {
    for (const broker of brokers) broker.thaw()
  }
  let isAnswered = false
  const answered = loaded.finally(() => {
    isAnswered = true
  })
  while (!isAnswered) await look()
  await answered
  return { residentBytes, bufferedBytes }
}
