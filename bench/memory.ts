import { setTimeout as sleep } from 'node:timers/promises'
import type { Broker } from '../dev/kafka/broker.ts'
import { scrape } from '../test/harness/exchange.ts'
import { HttpConnection } from './http-connection.ts'
import { runLoad, startPinnedGateway } from './processes.ts'
import { InvoiceSource, postRequest } from './requests.ts'
import type { Target } from './subjects.ts'

export interface MemoryRow {
  readonly state: string
  readonly residentMib: number
}

const SETTLE_MS = 3_000

/** Resident memory of a fresh gateway: at rest, with idle connections, and with the buffer as full as it gets. */
export async function measureMemory(target: Target, brokers: readonly Broker[]): Promise<MemoryRow[]> {
  const { bootstrap, topic, partitions } = target
  const gateway = await startPinnedGateway(bootstrap, topic, { KAFKA_PARTITIONS: String(partitions) })
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
  for (const connection of open) connection.close()

  await runLoad(gateway.url, { kind: 'post', connections: 256, seconds: 10 })
  note('after 10 s of all it takes')
  let largest = 0
  let buffered = 0
  const sampler = setInterval(() => {
    largest = Math.max(largest, gateway.residentBytes)
  }, 50)
  for (const broker of brokers) broker.freeze()
  try {
    const load = runLoad(gateway.url, { kind: 'post', connections: 900, lines: 999, seconds: 4 })
    for (let i = 0; i < 20; i++) {
      buffered = Math.max(buffered, await scrape(gateway.url, 'tillgate_buffered_bytes'))
      await sleep(200)
    }
    await load
  } finally {
    for (const broker of brokers) broker.thaw()
    clearInterval(sampler)
  }
  note(`Kafka stands still, ${Math.round(buffered / 2 ** 20)} of 256 MiB buffered`, largest)
  await gateway.end('SIGTERM')
  return rows
}
