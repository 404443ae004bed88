import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { HttpConnection } from '../../bench/http-connection.ts'
import { InvoiceSource, postRequest } from '../../bench/requests.ts'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { readGatewayConfig } from '../../src/config.ts'
import { neededMemoryBytes } from '../../src/config-memory.ts'
import { CLI } from '../harness/cli-process.ts'
import { scrape } from '../harness/exchange.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { MemoryCgroup } from '../harness/memory-cgroup.ts'

const TOPIC = 'pos.invoices'
const BUFFER_BYTES = 64 * 2 ** 20
/** A few more invoices of 50 KB than the buffer holds. */
const TILLS = 1_400
const FILLED_WITHIN_MS = 20_000
const AGAIN_AFTER_MS = 500

test('a process that takes more memory than its limit is ended by the kernel', async (t) => {
  const cgroup = new MemoryCgroup(128 * 2 ** 20)
  t.after(() => cgroup.remove())
  const [command, ...args] = [...cgroup.wrapper, process.execPath, '-e', 'Buffer.alloc(256 * 2 ** 20, 1)']
  const [, signal] = await once(spawn(command as string, args, { stdio: 'ignore' }), 'exit')
  assert.equal(signal, 'SIGKILL')
  assert.equal(cgroup.killed, 1)
})

test('a gateway with the memory that its settings need survives outages that fill its buffer', async (t) => {
  const kafka = await startKafka()
  after(() => kafka.stop())
  await kafka.createTopic({ topic: TOPIC, partitions: 6 })
  const environment = {
    AUTH: 'off',
    KAFKA_BROKERS: kafka.bootstrap.join(','),
    KAFKA_TOPIC: TOPIC,
    KAFKA_PARTITIONS: '6',
    BUFFER_MEMORY_BYTES: String(BUFFER_BYTES),
    REPLAY_MEMORY_BYTES: String(4 * 2 ** 20),
    MAX_CONNECTIONS: '2000',
    DRAIN_DELAY_MS: '0',
    STALL_AFTER_MS: '20000', // a slow machine fills the buffer, too
    MALLOC_ARENA_MAX: '1', // as in the image
  }
  const cgroup = new MemoryCgroup(neededMemoryBytes(readGatewayConfig(environment)))
  const gateway = await GatewayProcess.start(environment, [CLI, 'serve'], cgroup.wrapper)
  const tills = await Promise.all(Array.from({ length: TILLS }, (_, i) => openTill(gateway.url, i)))
  after(async () => {
    for (const { close } of tills) close()
    await gateway.end('SIGKILL')
    cgroup.remove()
  })
  assert.doesNotMatch(gateway.output, /the memory limit is/)

  for (let outage = 1; outage <= 2; outage++) {
    await Promise.all(kafka.brokers.map((broker) => broker.freeze()))
    const statuses = new Set<number>()
    let isFull = false
    const answers = Promise.all(
      tills.map(async (till) => {
        // Of invoices that come at once, some are refused before the buffer is full: too many are in flight.
        for (let status = 0; status !== 201 && !(isFull && status === 503); await sleep(AGAIN_AFTER_MS)) {
          status = await till.send()
          statuses.add(status)
        }
      }),
    )
    answers.catch(() => {}) // awaited below
    try {
      await eventually('a full buffer', FILLED_WITHIN_MS, 50, async () => {
        const bytes = await scrape(gateway.adminUrl, 'tillgate_buffered_bytes')
        return bytes > 0.9 * BUFFER_BYTES || undefined
      })
    } finally {
      isFull = true
      for (const broker of kafka.brokers) broker.thaw()
    }
    await answers
    assert.deepEqual([...statuses].toSorted(), [201, 503], `outage ${outage}`)
    await eventually('an acknowledgement', FILLED_WITHIN_MS, 200, async () => {
      return (await tills[0]?.send()) === 201 || undefined
    })
  }
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20)
  t.diagnostic(`${mib(cgroup.peakBytes)} MiB of ${mib(cgroup.limitBytes)}, sockets ${mib(cgroup.socketPeakBytes)}`)
  assert.equal(cgroup.killed, 0)
  assert.ok(cgroup.peakBytes + cgroup.socketPeakBytes < cgroup.limitBytes, 'and its sockets had room, too')
})

/** A till whose store has no other, with invoices of 50 KB. */
async function openTill(url: string, index: number) {
  const connection = await HttpConnection.open(new URL(url))
  const source = new InvoiceSource(`S${index}`, 'T1', 180, 1)
  return {
    send: async () => (await connection.send(postRequest(source))).status,
    close: () => connection.close(),
  }
}
