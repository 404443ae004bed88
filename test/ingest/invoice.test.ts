import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Outcome } from '../../src/accumulator/outcome.ts'
import type { ProducerRecord } from '../../src/accumulator/producer-record.ts'
import type { Reservation } from '../../src/admission/buffer-memory.ts'
import type { Principal } from '../../src/auth/principal.ts'
import { Problem, type ProblemSlug, tillOf } from '../../src/errors.ts'
import { createKeyBinding } from '../../src/ingest/idempotency-keys.ts'
import { createIngest, type IngestDeps, type IngestRequest, problemOf } from '../../src/ingest/invoice.ts'
import { invoiceIdOf } from '../../src/invoice/identity.ts'
import type { Repeat } from '../../src/known/repeat.ts'
import { UploadReader } from '../../src/uploads/upload-reader.ts'
import { WorkerFailed } from '../../src/uploads/worker-pool.ts'
import { sampleInvoice } from '../invoice/generate.ts'
import { NOTHING_KNOWN } from '../known/nothing-known.ts'

const IDENTITY = { storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 42 }
const RECEIVED_AT = new Date('2026-03-14T16:05:10.123Z')
const RESERVATION: Reservation = { sizeBytes: 1, retain: () => {}, release: () => {}, resize: () => true }

function requestOf(changes: Partial<IngestRequest> & { invoice?: object } = {}): IngestRequest {
  const { invoice = sampleInvoice(IDENTITY), ...request } = changes
  return {
    body: Buffer.from(JSON.stringify(invoice)),
    receivedAt: RECEIVED_AT,
    traceparent: undefined,
    expectedIdentity: undefined,
    principal: null,
    idempotencyKey: undefined,
    reservation: RESERVATION,
    ...request,
  }
}

/** An ingest over an accumulator that answers `outcomeOf(record)`, and what was appended. */
function ingestOver(outcomeOf: (record: ProducerRecord) => Outcome, deps: Partial<IngestDeps> = {}) {
  const appended: { record: ProducerRecord; reservation: Reservation }[] = []
  const ingest = createIngest({
    accumulator: {
      append: async (record, reservation) => {
        appended.push({ record, reservation })
        return outcomeOf(record)
      },
    },
    topic: 'invoices',
    partitionOf: () => 3,
    arithmetic: () => 'strict',
    takeQuota: () => null,
    onLive: () => {},
    keys: createKeyBinding(),
    known: NOTHING_KNOWN,
    inlineBytes: 65_536,
    reader: { readInvoice: () => assert.fail('too small for a worker') },
    ...deps,
  })
  return { ingest, appended }
}

const acknowledge = (record: ProducerRecord): Outcome => ({ kind: 'acknowledged', record, partition: 3, offset: '7' })

/** A check that a promise was rejected with this problem. */
const isProblem = (slug: ProblemSlug) => (error: unknown) => error instanceof Problem && error.slug === slug

test('an acknowledged invoice has a receipt that says where it is', async () => {
  const { ingest } = ingestOver(acknowledge)
  const { receipt, isReplay } = await ingest(requestOf())
  assert.equal(isReplay, false)
  assert.deepEqual(receipt, {
    invoiceId: invoiceIdOf(IDENTITY),
    identity: IDENTITY,
    topic: 'invoices',
    partition: 3,
    offset: '7',
    receivedAt: RECEIVED_AT.toISOString(),
  })
})

test('the record is the request’s own bytes under the store’s key and partition, with the request’s reservation', async () => {
  const asked: string[] = []
  const partitionOf = (storeId: string) => asked.push(storeId) + 4
  const { ingest, appended } = ingestOver(acknowledge, { partitionOf })
  const request = requestOf({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` })
  await ingest(request)
  assert.equal(appended.length, 1)
  const { record, reservation } = appended[0]!
  assert.equal(record.value, request.body, 'not a copy')
  assert.equal(String(record.key), 'S1')
  assert.deepEqual(asked, ['S1'])
  assert.equal(record.partition, 5)
  assert.equal(record.identity, invoiceIdOf(IDENTITY))
  assert.equal(record.headers['pos-ingest'], 'live')
  assert.equal(record.headers['pos-received-at'], RECEIVED_AT.toISOString())
  assert.match(record.headers.traceparent as string, /^00-a{32}-/)
  assert.equal(reservation, RESERVATION)
})

test('a request that joined another one’s record has the receipt of that record', async () => {
  const earlier = '2026-03-14T16:05:09.000Z'
  const { ingest } = ingestOver((record) =>
    acknowledge({ ...record, headers: { ...record.headers, 'pos-received-at': earlier } }),
  )
  assert.equal((await ingest(requestOf())).receipt.receivedAt, earlier)
})

const TILL: Principal = {
  name: 'till-7',
  tokenId: 't1',
  stores: new Set([IDENTITY.storeId]),
  terminals: new Set([IDENTITY.terminalId]),
  scopes: new Set(['invoices:write']),
  issuedAtMs: 0,
  expiresAtMs: 0,
}

test('an invoice of a store or terminal that the token is not for is refused; records say whose token it was', async () => {
  const forbidden: unknown[] = []
  const onForbidden: IngestDeps['onForbidden'] = (by, identity) => forbidden.push(by?.name, identity)
  const { ingest, appended } = ingestOver(acknowledge, { onForbidden })
  for (const foreign of [{ stores: new Set(['S2']) }, { terminals: new Set(['T2']) }])
    await assert.rejects(ingest(requestOf({ principal: { ...TILL, ...foreign } })), isProblem('forbidden'))
  assert.equal(appended.length, 0)
  assert.deepEqual(forbidden, ['till-7', IDENTITY, 'till-7', IDENTITY])
  await ingest(requestOf({ principal: TILL }))
  await ingest(requestOf({ principal: { ...TILL, stores: '*', terminals: '*', name: 'office' } }))
  await ingest(requestOf())
  assert.deepEqual(
    appended.map(({ record }) => record.headers['pos-principal']),
    ['till-7', 'office', undefined],
  )
})

test('what is no strict JSON, or no invoice, is refused with pointers and never appended', async () => {
  const { ingest, appended } = ingestOver(acknowledge)
  await assert.rejects(ingest(requestOf({ body: Buffer.from('{"a":1,"a":2}') })), isProblem('malformed-json'))
  const invoice = { ...sampleInvoice(IDENTITY), documentType: 'marker', cashier: { id: 'c', name: 'marker' } }
  await assert.rejects(ingest(requestOf({ invoice })), (error: Problem) => {
    assert.ok(isProblem('invalid-invoice')(error))
    const pointers = error.errors?.map(({ pointer }) => pointer)
    assert.ok(pointers?.includes('/documentType') && pointers.includes('/cashier/name'), String(pointers))
    assert.doesNotMatch(JSON.stringify([error.message, error.errors]), /marker/)
    return true
  })
  assert.deepEqual(appended, [])
})

test('sums that do not add up are refused in a strict store and marked in a lenient one', async () => {
  const sample = sampleInvoice(IDENTITY)
  const invoice = { ...sample, totals: { ...sample.totals, tax: sample.totals.tax + 100 } }
  const strict = ingestOver(acknowledge)
  await assert.rejects(strict.ingest(requestOf({ invoice })), isProblem('invalid-invoice'))
  const lenient = ingestOver(acknowledge, { arithmetic: (storeId) => (storeId === 'S1' ? 'lenient' : 'strict') })
  await lenient.ingest(requestOf({ invoice }))
  assert.ok(lenient.appended[0]?.record.headers['pos-warnings'])
})

test('a path that names another invoice than the body is refused', async () => {
  const { ingest, appended } = ingestOver(acknowledge)
  await ingest(requestOf({ expectedIdentity: { ...IDENTITY } }))
  for (const other of [{ storeId: 'S2' }, { terminalId: 'T2' }, { journalId: 'J2' }, { sequenceNumber: 43 }]) {
    const request = requestOf({ expectedIdentity: { ...IDENTITY, ...other } })
    await assert.rejects(ingest(request), isProblem('identity-mismatch'))
  }
  assert.equal(appended.length, 1)
})

test('an Idempotency-Key is bound once its invoice is acknowledged; another identity is refused from then on', async () => {
  let outcome: (record: ProducerRecord) => Outcome = () => ({ kind: 'rejected', reason: 'expired' })
  const { ingest, appended } = ingestOver((record) => outcome(record))
  const other = { invoice: sampleInvoice({ ...IDENTITY, storeId: 'S2' }), idempotencyKey: 'k' }
  await assert.rejects(ingest(requestOf({ invoice: {}, idempotencyKey: 'k' })), isProblem('invalid-invoice'))
  await assert.rejects(ingest(requestOf({ idempotencyKey: 'k' })), isProblem('kafka-unavailable'))
  outcome = () => ({ kind: 'unknown', reason: 'deadline' })
  await assert.rejects(ingest(requestOf({ idempotencyKey: 'k' })), isProblem('outcome-unknown'))
  outcome = acknowledge
  await ingest(requestOf(other))
  await ingest(requestOf(other))
  await assert.rejects(ingest(requestOf({ idempotencyKey: 'k' })), isProblem('identity-mismatch'))
  await ingest(requestOf())
  assert.equal(appended.length, 5)
})

test('two principals with the same Idempotency-Key do not see each other', async () => {
  const { ingest } = ingestOver(acknowledge)
  const from = (name: string, storeId: string) =>
    ingest(
      requestOf({
        invoice: sampleInvoice({ ...IDENTITY, storeId }),
        idempotencyKey: 'k',
        principal: { ...TILL, stores: '*', name },
      }),
    )
  await from('a', 'S1')
  await from('b', 'S2')
  await assert.rejects(from('a', 'S2'), isProblem('identity-mismatch'))
})

test('a large invoice is validated by a worker, with the same result and the same bytes; a small one is not', async (t) => {
  const handedOver: string[] = []
  const reader = new UploadReader({
    limits: { maxBytes: 100, maxInvoices: 1, maxInvoiceBytes: 100, arithmetic: 'strict', lenientStores: [] },
    workers: 1,
    maxWaiting: 1,
    timeoutMs: 60_000,
    inlineBytes: 0,
    onTrouble: assert.fail,
    onHandOver: (kind) => handedOver.push(kind),
  })
  t.after(() => reader.stop())
  const { ingest, appended } = ingestOver(acknowledge, { inlineBytes: 20_000, reader })
  const sample = sampleInvoice(IDENTITY) // one: it has the time of now, to the second
  const padded = (bytes: number, more: object = {}) => ({
    ...sample,
    ...more,
    extensions: { padding: 'x'.repeat(bytes) },
  })
  const sent = JSON.stringify(padded(20_000))
  await ingest(requestOf({ invoice: padded(10_000) }))
  assert.deepEqual(handedOver, [])
  const { receipt } = await ingest(requestOf({ body: Buffer.from(sent) }))
  assert.deepEqual(handedOver, ['invoice'])
  assert.deepEqual(receipt.identity, IDENTITY)
  assert.equal(String(appended.at(-1)?.record.value), sent)
  assert.equal(appended.at(-1)?.record.headers.ce_time, appended[0]?.record.headers.ce_time)
  assert.deepEqual(appended.at(-1)?.record.headers['pos-warnings'], appended[0]?.record.headers['pos-warnings'])

  await assert.rejects(ingest(requestOf({ body: Buffer.from(`${sent}x`) })), isProblem('malformed-json'))
  await assert.rejects(ingest(requestOf({ invoice: padded(20_000, { documentType: 'x' }) })), (error: Problem) => {
    assert.equal(error.slug, 'invalid-invoice')
    assert.deepEqual(
      error.errors?.map(({ pointer }) => pointer),
      ['/documentType'],
    )
    return true
  })
  await assert.rejects(
    ingest(requestOf({ invoice: padded(20_000), expectedIdentity: { ...IDENTITY, storeId: 'S2' } })),
    isProblem('identity-mismatch'),
  )
  assert.equal(appended.length, 2)
})

test('a large invoice that no worker has validated is to be sent again, and is not in Kafka', async () => {
  for (const [reason, slug] of [
    ['busy', 'saturated'],
    ['waited', 'saturated'],
    ['crashed', 'not-read'],
    ['overran', 'too-costly'],
  ] as const) {
    const reader = { readInvoice: () => Promise.reject(new WorkerFailed(reason)) }
    const { ingest, appended } = ingestOver(acknowledge, { inlineBytes: 0, reader })
    await assert.rejects(ingest(requestOf()), isProblem(slug))
    assert.equal(tillOf(slug), 'resend')
    assert.equal(appended.length, 0)
  }
})

test('every outcome but acknowledged is a problem with the same meaning', async () => {
  const expected: [Outcome, ProblemSlug, number][] = [
    [{ kind: 'rejected', reason: 'not-ready' }, 'kafka-unavailable', 503],
    [{ kind: 'rejected', reason: 'stalled' }, 'kafka-unavailable', 503],
    [{ kind: 'rejected', reason: 'expired' }, 'kafka-unavailable', 503],
    [{ kind: 'rejected', reason: 'topic-missing' }, 'topic-unusable', 503],
    [{ kind: 'rejected', reason: 'partition-missing' }, 'topic-unusable', 503],
    [{ kind: 'rejected', reason: 'too-few-replicas' }, 'topic-unusable', 503],
    [{ kind: 'rejected', reason: 'throttled' }, 'throttled', 503],
    [{ kind: 'rejected', reason: 'draining' }, 'draining', 503],
    [{ kind: 'rejected', reason: 'refused' }, 'refused-by-kafka', 503],
    [{ kind: 'rejected', reason: 'too-large' }, 'refused-by-kafka', 503],
    [{ kind: 'rejected', reason: 'identity-conflict' }, 'identity-conflict', 422],
    [{ kind: 'unknown', reason: 'deadline' }, 'outcome-unknown', 504],
    [{ kind: 'unknown', reason: 'shutdown' }, 'outcome-unknown', 504],
    [{ kind: 'unknown', reason: 'producer-replaced' }, 'outcome-unknown', 504],
  ]
  for (const [outcome, slug, status] of expected) {
    await assert.rejects(ingestOver(() => outcome).ingest(requestOf()), (error: Problem) => {
      assert.deepEqual([error.slug, error.status], [slug, status])
      return true
    })
    assert.ok(outcome.kind !== 'acknowledged')
    assert.equal(problemOf(outcome).slug, slug)
  }
})

suite('an invoice whose identity is known', () => {
  const same = { kind: 'same', offset: '5', receivedAtMs: Date.parse('2026-03-14T10:00:00.007Z') } as const
  const findAlways = (repeat: Repeat): IngestDeps['known'] => ({ find: () => repeat })

  test('with this content has the first receipt, and nothing is appended or counted', async () => {
    const known = findAlways(same)
    const never = () => assert.fail('it is no new invoice')
    const { ingest, appended } = ingestOver(acknowledge, { known, takeQuota: never, onLive: never })
    const { receipt, isReplay } = await ingest(requestOf({ idempotencyKey: 'k' }))
    assert.equal(isReplay, true)
    assert.deepEqual(receipt, {
      invoiceId: invoiceIdOf(IDENTITY),
      identity: IDENTITY,
      topic: 'invoices',
      partition: 3,
      offset: '5',
      receivedAt: '2026-03-14T10:00:00.007Z',
    })
    assert.equal(appended.length, 0)
    const other = { invoice: sampleInvoice({ ...IDENTITY, storeId: 'S2' }), idempotencyKey: 'k' }
    await assert.rejects(ingest(requestOf(other)), isProblem('identity-mismatch'), 'the key is bound')
  })

  test('with other content is a conflict', async () => {
    const { ingest, appended } = ingestOver(acknowledge, { known: findAlways({ kind: 'other' }) })
    await assert.rejects(ingest(requestOf()), isProblem('identity-conflict'))
    assert.equal(appended.length, 0)
  })

  test('with content that cannot be compared is appended', async () => {
    const { ingest, appended } = ingestOver(acknowledge, { known: findAlways({ kind: 'uncompared' }) })
    assert.equal((await ingest(requestOf())).isReplay, false)
    assert.equal(appended.length, 1)
  })

  test('is told to nobody who may not write for its terminal', async () => {
    const asked: unknown[] = []
    const find = (id: string) => {
      asked.push(id)
      return same
    }
    const { ingest } = ingestOver(acknowledge, { known: { find } })
    const principal = { ...TILL, stores: new Set(['S2']) }
    await assert.rejects(ingest(requestOf({ principal })), isProblem('forbidden'))
    assert.deepEqual(asked, [])
    await ingest(requestOf({ principal: TILL }))
    assert.deepEqual(asked, [invoiceIdOf(IDENTITY)])
  })
})
