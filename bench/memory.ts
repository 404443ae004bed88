import { setTimeout as sleep } from 'node:timers/promises'
import type { Broker } from '../dev/kafka/broker.ts'
import { scrape } from '../test/harness/exchange.ts'
import type { GatewayProcess } from '../test/harness/gateway-process.ts'
import { HttpConnection } from './http-connection.ts'
import { runLoad, startPinnedGateway } from './processes.ts'
import { InvoiceSource, postRequest } from './requests.ts'
import type { Target } from './subjects.ts'

export interface MemoryRow {
  readonly state: string
  readonly residentMib: number
}

const SETTLE_MS = 3_000

/** How often Kafka is frozen. Memory that is not freed shows from the second time on. */
const OUTAGES = 3

/**
 * Resident memory of a fresh gateway with the environment of the image: at rest, with connections, and with the buffer
 * as full as it gets while those stay open.
 */
export async function measureMemory(target: Target, brokers: readonly Broker[]): Promise<MemoryRow[]> {
  const { bootstrap, topic, partitions } = target
  const environment = { KAFKA_PARTITIONS: String(partitions), MALLOC_ARENA_MAX: '1' }
  const gateway = await startPinnedGateway(bootstrap, topic, environment)
  const rows: MemoryRow[] = []
  const note = (state: string, bytes = gateway.residentBytes) => {
    rows.push({ state, residentMib: Math.round(bytes / 2 ** 20) })
    console.error(`${state}: ${Math.round(bytes / 2 ** 20)} MiB`)
  }
  await sleep(SETTLE_MS)
  note('just started')

  const open: HttpConnection[] = []
  for (const count of [1_000, 10_000]) {
    while (open.length < count) {
      const some = Array.from({ length: 100 }, async (_, i) => {
        const connection = await HttpConnection.open(new URL(gateway.url))
        const source = new InvoiceSource(`M${open.length % 200}`, `T${open.length + i}`, 3, 1)
        await connection.send(postRequest(source))
        return connection
      })
      open.push(...(await Promise.all(some)))
    }
    await sleep(SETTLE_MS)
    note(`${count} connections, one invoice on each`)
  }
  const load = { kind: 'post', connections: 256, seconds: 10 }
  await runLoad(gateway.url, load)
  note('after 10 s of all it takes besides')
  for (let outage = 1; outage <= OUTAGES; outage++) {
    const { residentBytes, bufferedBytes } = await outageUnderLoad(gateway, brokers)
    note(
      `Kafka stands still, time ${outage}: ${Math.round(bufferedBytes / 2 ** 20)} of 256 MiB buffered`,
      residentBytes,
    )
    await runLoad(gateway.url, load)
  }
  note('afterwards')
  for (const connection of open) connection.close()
  await gateway.end('SIGTERM')
  return rows
}

/** Resolves with the largest resident memory and the most bytes buffered until everything was answered again. */
async function outageUnderLoad(gateway: GatewayProcess, brokers: readonly Broker[]) {
  let residentBytes = 0
  let bufferedBytes = 0
  const sampler = setInterval(() => {
    residentBytes = Math.max(residentBytes, gateway.residentBytes)
  }, 50).unref()
  for (const broker of brokers) broker.freeze()
  const load = runLoad(gateway.url, { kind: 'post', connections: 900, lines: 999, seconds: 4 })
  try {
    for (let i = 0; i < 20; i++) {
      bufferedBytes = Math.max(bufferedBytes, await scrape(gateway.adminUrl, 'tillgate_buffered_bytes'))
      await sleep(200)
    }
  } finally {
    for (const broker of brokers) broker.thaw()
  }
  await load
  clearInterval(sampler)
  return { residentBytes, bufferedBytes }
}
