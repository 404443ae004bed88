import assert from 'node:assert/strict'
import { beforeEach, suite, test } from 'node:test'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { type BatchOutcome, ProducerBatch } from '../../src/accumulator/producer-batch.ts'
import type { Publisher } from '../../src/accumulator/publisher.ts'
import { type BatchSpans, createBatchSpans } from '../../src/tracing/batch-spans.ts'
import type { RecordSpan } from '../../src/tracing/record-span.ts'
import { createStartRequestSpan, type RequestSpan, type StartRequestSpan } from '../../src/tracing/request-span.ts'
import { FakePublisher, recordOf } from '../accumulator/fakes.ts'
import { createSdk, idOf, linkedIds, named, parentIdOf, traceIdOf } from './exported.ts'

const ACKNOWLEDGED: BatchOutcome = { kind: 'acknowledged', baseOffset: 41n }
const [WAIT, PRODUCE] = ['wait invoices', 'produce invoices']
const INVOICE = { invoiceId: 'id', partition: 2, sizeBytes: 10 }

let sdk: ReturnType<typeof createSdk>
let batchSpans: BatchSpans
let startRequest: StartRequestSpan
let fake: FakePublisher
let publisher: Publisher

beforeEach(() => {
  sdk = createSdk()
  batchSpans = createBatchSpans(sdk.tracer, 'invoices')
  startRequest = createStartRequestSpan(sdk.tracer, 'invoices')
  fake = new FakePublisher()
  publisher = batchSpans.around(fake)
})

/** A request whose trace begins with this digit. */
function requestOf(digit: string): RequestSpan {
  const traceparent = `00-${digit.repeat(32)}-${'b'.repeat(16)}-01`
  const head = { id: '1', method: 'POST', route: '/v1/invoices', scheme: 'http', httpVersion: '1.1' } as const
  const span = startRequest({ ...head, traceparent, tracestate: undefined })
  assert.ok(span)
  return span
}

function batchOf(...spans: (RecordSpan | null)[]): ProducerBatch {
  return new ProducerBatch(
    2,
    spans.map((span, at) => ({ ...recordOf(String(at)), span })),
    1_000,
    0,
  )
}

async function publish(batch: ProducerBatch, outcome: BatchOutcome = ACKNOWLEDGED): Promise<void> {
  const publishing = publisher.publish(batch)
  fake.latest.answer(outcome)
  assert.equal(await publishing, outcome)
}

suite('a batch', () => {
  test('is one span, beneath the request of its first invoice, with links to all waits and from them', async () => {
    const [one, two] = [requestOf('1'), requestOf('2')]
    await publish(batchOf(one.startWait(INVOICE), two.startWait(INVOICE), null))
    for (const request of [one, two]) request.end({ kind: 'receipt', status: 201, isReplay: false })
    const produce = named(sdk.spans(), PRODUCE)
    const waits = sdk.spans().filter(({ name }) => name === WAIT)
    const requests = sdk.spans().filter(({ name }) => name.startsWith('POST'))
    assert.equal(parentIdOf(produce), idOf(requests.find((span) => traceIdOf(span) === '1'.repeat(32))!))
    assert.deepEqual(waits.map(traceIdOf), ['1'.repeat(32), '2'.repeat(32)])
    assert.deepEqual(linkedIds(produce), waits.map(idOf))
    for (const wait of waits) assert.deepEqual(linkedIds(wait), [idOf(produce)])
  })

  test('has the conventional attributes', async () => {
    await publish(batchOf(requestOf('1').startWait(INVOICE), null))
    const produce = named(sdk.spans(), PRODUCE)
    assert.equal(produce.kind, SpanKind.CLIENT)
    assert.deepEqual(produce.attributes, {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'produce',
      'messaging.destination.name': 'invoices',
      'messaging.destination.partition.id': '2',
      'messaging.batch.message_count': 2,
      'messaging.kafka.offset': 41,
    })
    assert.equal(produce.status.code, SpanStatusCode.UNSET)
  })

  test('is in the trace of the first invoice that is sampled, and links to no other', async () => {
    const sampled = requestOf('2')
    const wait = sampled.startWait(INVOICE)
    const unsampled = { ...wait, origin: null }
    await publish(batchOf(unsampled, wait))
    assert.equal(traceIdOf(named(sdk.spans(), PRODUCE)), '2'.repeat(32))
    assert.equal(linkedIds(named(sdk.spans(), PRODUCE)).length, 1)
  })

  test('without a traced invoice has no span', async () => {
    await publish(batchOf(null, { ...requestOf('1').startWait(INVOICE), origin: null }))
    assert.deepEqual(sdk.spans(), [])
  })

  test('of one upload has one link', async () => {
    const wait = requestOf('1').startWait('upload')
    await publish(batchOf(wait, wait, wait))
    assert.equal(linkedIds(named(sdk.spans(), PRODUCE)).length, 1)
  })

  test('that is sent again stays one span, with an event for each attempt that failed', async () => {
    const batch = batchOf(requestOf('1').startWait(INVOICE))
    const publishing = publisher.publish(batch)
    batchSpans.attemptFailed(batch, 'NOT_LEADER_FOR_PARTITION')
    batchSpans.attemptFailed(batch, 'KafkaJSConnectionError')
    fake.latest.answer(ACKNOWLEDGED)
    await publishing
    batchSpans.attemptFailed(batch, 'late')
    const { events, status } = named(sdk.spans(), PRODUCE)
    assert.deepEqual(
      events.map(({ name, attributes }) => [name, attributes]),
      [
        ['attempt failed', { 'error.type': 'NOT_LEADER_FOR_PARTITION' }],
        ['attempt failed', { 'error.type': 'KafkaJSConnectionError' }],
      ],
    )
    assert.equal(status.code, SpanStatusCode.UNSET)
  })

  test('that goes back to its lane has another span the next time; the first wait is over', async () => {
    const wait = requestOf('1').startWait(INVOICE)
    await publish(batchOf(wait), { kind: 'too-large' })
    await publish(batchOf(wait))
    const [first, second] = sdk.spans().filter(({ name }) => name === PRODUCE)
    assert.equal(first?.attributes['error.type'], 'too-large')
    assert.equal(second?.status.code, SpanStatusCode.UNSET)
    assert.deepEqual(linkedIds(second!), linkedIds(first!))
    assert.deepEqual(linkedIds(named(sdk.spans(), WAIT)), [idOf(first!)])
  })

  for (const outcome of [
    { kind: 'unknown', reason: 'producer-replaced' },
    { kind: 'rejected', reason: 'refused' },
  ] as const) {
    test(`that is ${outcome.kind} has failed`, async () => {
      await publish(batchOf(requestOf('1').startWait(INVOICE)), outcome)
      const { status, attributes } = named(sdk.spans(), PRODUCE)
      assert.equal(status.code, SpanStatusCode.ERROR)
      assert.equal(attributes['error.type'], outcome.reason)
    })
  }

  test('that a quota held back says for how long', async () => {
    const batch = batchOf(requestOf('1').startWait(INVOICE))
    batch.hold(1_500)
    await publish(batch)
    assert.equal(named(sdk.spans(), PRODUCE).attributes['tillgate.throttled_ms'], 1_500)
  })
})

test('an SDK that takes no event holds up no batch', async () => {
  const spans = createBatchSpans(
    {
      ...sdk.tracer,
      startSpan: (...of) => {
        const span = sdk.tracer.startSpan(...of)
        span.addEvent = () => {
          throw new Error('of the SDK')
        }
        return span
      },
    },
    'invoices',
  )
  const batch = batchOf(requestOf('1').startWait(INVOICE))
  const publishing = spans.around(fake).publish(batch)
  spans.attemptFailed(batch, 'KafkaJSConnectionError')
  fake.latest.answer(ACKNOWLEDGED)
  assert.equal(await publishing, ACKNOWLEDGED)
})

test('everything else is the publisher’s own', async () => {
  fake.refusal = 'topic-missing'
  fake.lastAnswerAtMs = 7
  assert.equal(publisher.refusalOf(0), 'topic-missing')
  assert.equal(publisher.lastAnswerAtMs, 7)
  await publisher.start()
  await publisher.stop()
})
