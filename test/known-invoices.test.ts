import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import pino from 'pino'
import { readConfig } from '../src/config.ts'
import { invoiceIdOf } from '../src/invoice/identity.ts'
import { createKnownInvoices } from '../src/known-invoices.ts'
import { EventSummary } from '../src/observability/summary.ts'

const IDENTITY = { storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 1 }
const ID = invoiceIdOf(IDENTITY)
const VALUE = Buffer.from('{}')

/** What an instance knows of an invoice that it has stored. Nothing is read. */
function knownAfterStoring(t: TestContext, environment: NodeJS.ProcessEnv) {
  const events = new EventSummary(pino({ level: 'silent' }))
  t.after(() => events.stop())
  const config = readConfig({
    KAFKA_BROKERS: 'a:9092',
    KAFKA_PARTITIONS: '1',
    REPLAY_MEMORY_BYTES: '100000',
    ...environment,
  })
  const known = createKnownInvoices(config, events, () => {})
  const headers = { 'pos-received-at': '2026-03-14T16:05:10.123Z' }
  const record = { identity: ID, partition: 0, key: Buffer.from('S1'), value: VALUE, headers }
  known.note({ kind: 'acknowledged', record, partition: 0, offset: '7' })
  return known.find(ID, IDENTITY, VALUE)
}

suite('an invoice that this instance has stored', () => {
  for (const DELIVERY of ['exactly-once', 'at-least-once'])
    test(`is known with ${DELIVERY}, and when it came`, (t) => {
      const receivedAtMs = Date.parse('2026-03-14T16:05:10.123Z')
      assert.deepEqual(knownAfterStoring(t, { DELIVERY }), { kind: 'same', offset: '7', receivedAtMs })
    })

  test('is not known with at-most-once: the leader may have failed with it since, and the till sends it again', (t) => {
    assert.deepEqual(knownAfterStoring(t, { DELIVERY: 'at-most-once' }), { kind: 'new' })
  })

  test('is not known without memory for it', (t) => {
    assert.deepEqual(knownAfterStoring(t, { REPLAY_MEMORY_BYTES: '0' }), { kind: 'new' })
  })
})
