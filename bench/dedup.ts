/**
 * `npm run bench:dedup -- [--records N]`: what one record costs `tillgate dedup`: processor time a record, and so the
 * records per second that one core can judge. One broker, one partition, invoices of 1.6 KB, each the first of its
 * number, from 50 tills.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startKafka } from '../dev/kafka/cluster.ts'
import { spawnCli } from '../test/harness/cli-process.ts'
import { createStageTopics, produce, untilJudged } from '../test/harness/dedup.ts'
import { cpuSeconds } from './processes.ts'

const { values } = parseArgs({ options: { records: { type: 'string', default: '100000' } } })
const records = Number(values.records)
const TILLS = 50
const example = JSON.parse(readFileSync(new URL('../openapi/examples/sale.json', import.meta.url), 'utf8'))

const kafka = await startKafka()
try {
  const topic = 'bench'
  await createStageTopics(kafka, topic, 1)
  const messages = Array.from({ length: records }, (_, index) => {
    const [terminalId, sequenceNumber] = [`T${index % TILLS}`, Math.floor(index / TILLS) + 1]
    return {
      partition: 0,
      key: Buffer.from('store'),
      value: Buffer.from(JSON.stringify({ ...example, storeId: 'store', terminalId, journalId: 'J', sequenceNumber })),
      headers: {
        ce_specversion: '1.0',
        ce_id: String(sequenceNumber),
        ce_source: `/stores/store/terminals/${terminalId}/journals/J`,
        ce_type: 'pos.invoice.v1',
        ce_time: '2026-03-01T10:00:00+01:00',
        'content-type': 'application/json',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        'pos-received-at': new Date().toISOString(),
        'pos-ingest': 'live',
      },
    }
  })
  const valueBytes = Math.round(messages.reduce((sum, { value }) => sum + value.length, 0) / records)
  await produce(kafka.bootstrap, topic, messages)
  const environment = {
    KAFKA_BROKERS: kafka.bootstrap.join(','),
    KAFKA_TOPIC: topic,
    ADMIN_PORT: '0',
    KAFKA_PARTITIONS: '1',
  }
  const startMs = performance.now()
  const dedup = spawnCli(['dedup'], { ...environment, NODE_OPTIONS: process.env.DEDUP_NODE_OPTIONS ?? '' })
  const pid = dedup.child.pid as number
  while (!dedup.output().includes('partition restored')) await sleep(20)
  const before = cpuSeconds(pid)
  await untilJudged(kafka.bootstrap, topic, 600_000)
  const seconds = cpuSeconds(pid) - before
  const wallSeconds = (performance.now() - startMs) / 1_000
  dedup.child.kill('SIGTERM')
  await dedup.exited
  const microseconds = (seconds / records) * 1e6
  console.log({
    records,
    valueBytes,
    'us of processor time a record': Math.round(microseconds),
    'records/s on one core': Math.round(1e6 / microseconds),
    'seconds until judged, at most': Math.round(wallSeconds * 10) / 10,
  })
} finally {
  await kafka.stop()
}
