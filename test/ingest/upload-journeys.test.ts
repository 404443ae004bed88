import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Accumulator } from '../../src/accumulator/accumulator.ts'
import { BufferMemory } from '../../src/admission/buffer-memory.ts'
import { createQuotas } from '../../src/admission/quotas.ts'
import { UploadWindow } from '../../src/admission/upload-window.ts'
import { createIngestUpload } from '../../src/ingest/upload.ts'
import { FakePublisher, LIMITS } from '../accumulator/fakes.ts'
import { emptyDocument } from '../invoice/plain-sale.ts'
import { NOTHING_KNOWN } from '../known/nothing-known.ts'
import { mainThreadReader } from './main-thread-reader.ts'

interface Circumstances {
  readonly quotaPerTerminal?: number
  readonly windowRecords?: number
  readonly maxBatchRecords?: number
  /** How long Kafka takes to answer. */
  readonly answerAfterMs?: number
}

/** Uploads invoices 1 to `count` of one terminal; Kafka acknowledges everything. Resolves with their statuses. */
async function uploadOf(count: number, circumstances: Circumstances = {}) {
  const { quotaPerTerminal, windowRecords = 100, maxBatchRecords = 100, answerAfterMs = 0 } = circumstances
  const publisher = new FakePublisher()
  const limits = { ...LIMITS, maxBatchRecords }
  const window = new UploadWindow({ maxRecords: windowRecords, share: 1, now: () => 0 })
  window.noteLive()
  const accumulator = new Accumulator({ publisher, partitions: 1, limits, deliveryTimeoutMs: 10_000 })
  accumulator.open()
  const ingestUpload = createIngestUpload({
    accumulator,
    reader: mainThreadReader({ maxBytes: 100_000, maxInvoiceBytes: 5_000 }),
    topic: 'invoices',
    partitionOf: () => 0,
    known: NOTHING_KNOWN,
    takeQuota: createQuotas({ perStore: undefined, perTerminal: quotaPerTerminal }, () => 0),
    window,
    timeoutMs: 50,
    overheadBytes: 2_048,
  })
  const document = emptyDocument('noSale')
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ ...document, sequenceNumber: i + 1 }))
  const answers = ingestUpload({
    body: new Uint8Array(Buffer.from(lines.join('\n'))),
    coding: 'identity',
    framing: 'lines',
    receivedAt: new Date(document.occurredAt),
    traceparent: undefined,
    principal: null,
    reservation: new BufferMemory(1_000_000).tryReserve(1_000)!,
  })
  let isDone = false
  const statuses = answers.then((all) => {
    isDone = true
    return all.map((answer) => (answer.kind === 'problem' ? answer.problem.status : 201))
  })
  const startedAtMs = performance.now()
  for (let answered = 0; !isDone; await turn()) {
    if (performance.now() - startedAtMs < answerAfterMs) continue
    for (; answered < publisher.published.length; answered++)
      publisher.published[answered]!.answer({ kind: 'acknowledged', baseOffset: 0n })
  }
  return await statuses
}

test('what comes before the end of a quota is stored, and only what comes behind it waits', async () => {
  assert.deepEqual(await uploadOf(5), [201, 201, 201, 201, 201])
  assert.deepEqual(await uploadOf(5, { quotaPerTerminal: 3 }), [201, 201, 201, 429, 424])
})

test('what comes before the one that found no place in the window in time is stored', async () => {
  const slow = { windowRecords: 4, answerAfterMs: 200 }
  assert.deepEqual(await uploadOf(6, slow), [201, 201, 201, 201, 503, 424])
  assert.deepEqual(await uploadOf(6, { ...slow, maxBatchRecords: 2 }), [201, 201, 201, 201, 503, 424])
})
