import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Context, ProxyTracerProvider, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import { AlwaysOffSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace-base'
import type { InjectOptions } from 'fastify'
import type { BatchOutcome } from '../../src/accumulator/producer-batch.ts'
import { Problem } from '../../src/errors.ts'
import { invoiceIdOf } from '../../src/invoice/identity.ts'
import { readTraceparent } from '../../src/invoice/traceparent.ts'
import { turn } from '../accumulator/fakes.ts'
import { IDENTITY, JSON_HEADERS, POST, PUT, UPLOAD } from '../http/test-app.ts'
import { createSdk, idOf, linkedIds, named, parentIdOf, traceIdOf } from './exported.ts'
import {
  invoiceOf,
  tracedApp as start,
  TILL,
  TOPIC,
  TRACEPARENT,
  type TracedApp,
  traceparentsOf,
} from './traced-app.ts'

const REQUEST = `POST ${POST}`
const [WAIT, PRODUCE] = [`wait ${TOPIC}`, `produce ${TOPIC}`]
const ACKNOWLEDGED = { kind: 'acknowledged', baseOffset: 7n } as const

const post = (payload: object | string = invoiceOf(), headers: Record<string, string> = {}) =>
  ({ method: 'POST', url: POST, headers: { ...JSON_HEADERS, ...headers }, payload }) as const
const lines = (...invoices: object[]) =>
  ({
    method: 'POST',
    url: UPLOAD,
    headers: { 'content-type': 'application/x-ndjson', traceparent: TRACEPARENT },
    payload: invoices.map((invoice) => JSON.stringify(invoice)).join('\n'),
  }) as const

/** Sends a request, answers its batch, if there is one, with `outcome`, and resolves with the answer. */
async function send({ app, publisher }: TracedApp, request: InjectOptions, outcome: BatchOutcome = ACKNOWLEDGED) {
  const batchesBefore = publisher.published.length
  let isAnswered = false
  const answer = app.inject(request).finally(() => {
    isAnswered = true
  })
  while (!isAnswered && publisher.published.length === batchesBefore) await turn()
  if (publisher.published.length > batchesBefore) publisher.latest.answer(outcome)
  return answer
}

suite('the spans of an invoice', () => {
  test('are the request, and in it validation, wait and produce; the till’s span is the parent', async (t) => {
    const traced = await start(t)
    const { statusCode } = await send(traced, post(invoiceOf(), { traceparent: TRACEPARENT }))
    assert.equal(statusCode, 201)
    const spans = traced.spans()
    const [request, ...parts] = [REQUEST, 'validate', WAIT, PRODUCE].map((name) => named(spans, name))
    assert.ok(request)
    assert.equal(spans.length, 4)
    assert.equal(parentIdOf(request), TILL.spanId)
    for (const part of parts) assert.equal(parentIdOf(part), idOf(request), part.name)
    for (const span of spans) assert.equal(traceIdOf(span), TILL.traceId)
    assert.deepEqual(
      [request, ...parts].map(({ kind }) => kind),
      [SpanKind.SERVER, SpanKind.INTERNAL, SpanKind.PRODUCER, SpanKind.CLIENT],
    )
  })

  test('the record carries the wait, so that readers go on there', async (t) => {
    const traced = await start(t)
    await send(traced, post(invoiceOf(), { traceparent: TRACEPARENT }))
    const wait = named(traced.spans(), WAIT)
    assert.deepEqual(traceparentsOf(traced.publisher), [`00-${TILL.traceId}-${idOf(wait)}-01`])
  })

  test('without a valid traceparent a new trace begins', async (t) => {
    const traced = await start(t)
    await send(traced, post(invoiceOf(), { traceparent: TRACEPARENT.replace(/^00/, 'ff') }))
    const request = named(traced.spans(), REQUEST)
    assert.equal(parentIdOf(request), undefined)
    assert.notEqual(traceIdOf(request), TILL.traceId)
  })

  test('the till’s tracestate goes on with its trace, but not into the record', async (t) => {
    const traced = await start(t)
    await send(traced, post(invoiceOf(), { traceparent: TRACEPARENT, tracestate: 'vendor=1' }))
    assert.equal(named(traced.spans(), PRODUCE).spanContext().traceState?.get('vendor'), '1')
    assert.equal('tracestate' in (traced.publisher.latest.batch.records[0]?.headers ?? {}), false)
  })

  test('have the conventional attributes, and the id of the receipt', async (t) => {
    const traced = await start(t)
    const payload = JSON.stringify(invoiceOf())
    await send(traced, post(payload))
    const { 'tillgate.request.id': id, ...request } = named(traced.spans(), REQUEST).attributes
    assert.equal(typeof id, 'string')
    assert.deepEqual(request, {
      'http.request.method': 'POST',
      'http.route': POST,
      'http.response.status_code': 201,
      'url.path': POST,
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'tillgate.replayed': false,
    })
    assert.deepEqual(named(traced.spans(), 'validate').attributes, { 'tillgate.verdict': 'valid' })
    assert.deepEqual(named(traced.spans(), WAIT).attributes, {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'create',
      'messaging.operation.name': 'wait',
      'messaging.destination.name': TOPIC,
      'messaging.destination.partition.id': '1',
      'messaging.message.body.size': payload.length,
      'tillgate.invoice.id': invoiceIdOf(IDENTITY),
    })
  })

  test('have no value of the invoice, no id of its journal, and no token', async (t) => {
    const traced = await start(t)
    const identity = { storeId: 'S-SECRET', terminalId: 'T-SECRET', journalId: 'J-SECRET' }
    const route = PUT.replace('S1', identity.storeId)
      .replace('T1', identity.terminalId)
      .replace('J1', identity.journalId)
    const headers = { ...JSON_HEADERS, authorization: 'Bearer SECRET', 'idempotency-key': 'K-SECRET' }
    const sent = { method: 'PUT', url: `${route}?q=SECRET`, headers, payload: { ...invoiceOf(), ...identity } } as const
    assert.equal((await send(traced, sent)).statusCode, 201)
    const wrong = { ...invoiceOf(), note: 'SECRET' }
    assert.equal((await send(traced, post(wrong))).statusCode, 422)
    const told = traced
      .spans()
      .map(({ name, attributes, events, status, links }) => [name, attributes, events, status, links])
    assert.ok(told.length > 5)
    const put = traced.spans().find(({ name }) => name.startsWith('PUT /v1/stores/:storeId/'))
    assert.equal(put?.attributes['url.path'], undefined)
    assert.equal(`PUT ${put?.attributes['http.route']}`, put?.name)
    assert.doesNotMatch(JSON.stringify(told), /SECRET/)
  })
})

suite('the answer in the spans', () => {
  test('a refused invoice is no error of the server; its span has the problem', async (t) => {
    const traced = await start(t)
    await send(traced, post({ ...invoiceOf(), storeId: 7 }))
    const request = named(traced.spans(), REQUEST)
    assert.equal(request.attributes['http.response.status_code'], 422)
    assert.equal(request.attributes['tillgate.problem'], 'invalid-invoice')
    assert.equal(request.status.code, SpanStatusCode.UNSET)
    assert.deepEqual(named(traced.spans(), 'validate').attributes, { 'tillgate.verdict': 'invalid' })
    assert.equal(traced.spans().length, 2)
  })

  test('a request that is refused before its body is read has a span, too', async (t) => {
    const traced = await start(t, { app: { isRefusing: () => true } })
    await send(traced, post())
    const request = named(traced.spans(), REQUEST)
    assert.equal(request.status.code, SpanStatusCode.ERROR)
    assert.equal(request.attributes['error.type'], 'draining')
    assert.equal(traced.spans().length, 1)
  })

  for (const [outcome, status, problem] of [
    [{ kind: 'rejected', reason: 'refused' }, 503, 'refused-by-kafka'],
    [{ kind: 'unknown', reason: 'producer-replaced' }, 504, 'outcome-unknown'],
  ] as const) {
    test(`${outcome.kind}: request and produce have failed, each with its reason`, async (t) => {
      const traced = await start(t)
      assert.equal((await send(traced, post(), outcome)).statusCode, status)
      const [request, produce] = [named(traced.spans(), REQUEST), named(traced.spans(), PRODUCE)]
      assert.equal(request.status.code, SpanStatusCode.ERROR)
      assert.equal(request.attributes['error.type'], problem)
      assert.equal(produce.status.code, SpanStatusCode.ERROR)
      assert.equal(produce.attributes['error.type'], outcome.reason)
    })
  }

  test('an invoice that Kafka was never asked for has a wait that failed, and no produce', async (t) => {
    const traced = await start(t)
    traced.publisher.refusal = 'topic-missing'
    await send(traced, post())
    const wait = named(traced.spans(), WAIT)
    assert.equal(wait.status.code, SpanStatusCode.ERROR)
    assert.equal(wait.attributes['error.type'], 'topic-missing')
    assert.equal(
      traced.spans().some(({ name }) => name === PRODUCE),
      false,
    )
  })

  test('an invoice that is in Kafka already waits for nothing', async (t) => {
    const repeat = { kind: 'same', offset: '3', receivedAtMs: 0 } as const
    const traced = await start(t, { ingest: { known: { find: () => repeat } } })
    await send(traced, post())
    assert.equal(named(traced.spans(), REQUEST).attributes['tillgate.replayed'], true)
    assert.equal(traced.spans().length, 2)
  })

  test('the parts of a request end with it at the latest', async (t) => {
    const traced = await start(t)
    const span = traced.tracing.startRequest({
      ...{ id: '1', method: 'POST', route: POST, scheme: 'http', httpVersion: '1.1' },
      ...{ traceparent: undefined, tracestate: undefined },
    })
    assert.ok(span)
    span.startValidation()
    span.end({ kind: 'problem', status: 503, slug: 'saturated' })
    assert.deepEqual(
      traced.spans().map(({ name }) => name),
      ['validate', REQUEST],
    )
  })
})

suite('an upload', () => {
  test('has one wait for all of its invoices, whose records go on there', async (t) => {
    const traced = await start(t)
    const { statusCode } = await send(traced, lines(invoiceOf(1), { no: 'invoice' }, invoiceOf(2)))
    assert.equal(statusCode, 207)
    const request = named(traced.spans(), `POST ${UPLOAD}`)
    const [wait, produce] = [named(traced.spans(), WAIT), named(traced.spans(), PRODUCE)]
    assert.deepEqual(new Set(traceparentsOf(traced.publisher)), new Set([`00-${TILL.traceId}-${idOf(wait)}-01`]))
    assert.equal(produce.attributes['messaging.batch.message_count'], 2)
    assert.deepEqual(linkedIds(produce), [idOf(wait)])
    assert.deepEqual(linkedIds(wait), [idOf(produce)])
    for (const part of [named(traced.spans(), 'validate'), wait, produce]) assert.equal(parentIdOf(part), idOf(request))
    assert.equal(named(traced.spans(), 'validate').attributes['tillgate.upload.invoices'], 3)
    assert.equal(request.attributes['tillgate.upload.accepted'], 2)
    assert.equal(request.attributes['tillgate.upload.rejected'], 1)
    assert.equal(request.attributes['tillgate.upload.retry'], 0)
  })

  test('that cannot be read has no wait', async (t) => {
    const traced = await start(t)
    await send(traced, { ...lines(), payload: '\n' })
    assert.equal(named(traced.spans(), `POST ${UPLOAD}`).attributes['tillgate.problem'], 'malformed-upload')
    assert.equal(
      traced.spans().some(({ name }) => name === WAIT),
      false,
    )
  })
})

suite('sampling', () => {
  test('goes by the till where the SDK does: nothing is exported, and the record says so', async (t) => {
    const traced = await start(t, { sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }) })
    await send(traced, post(invoiceOf(), { traceparent: TRACEPARENT.replace(/01$/, '00') }))
    assert.deepEqual(traced.spans(), [])
    const [traceparent] = traceparentsOf(traced.publisher)
    assert.match(traceparent ?? '', new RegExp(`^00-${TILL.traceId}-(?!${TILL.spanId})[0-9a-f]{16}-00$`))
  })

  test('a request that is not sampled begins no other spans', async (t) => {
    const begun: string[] = []
    const sampler = {
      shouldSample: (_context: unknown, _traceId: string, name: string) => {
        begun.push(name)
        return { decision: 0 }
      },
    }
    const traced = await start(t, { sampler })
    await send(traced, post())
    await send(traced, lines(invoiceOf(1)))
    assert.deepEqual(begun, [REQUEST, `POST ${UPLOAD}`])
  })

  test('a till that samples is followed by an SDK that goes by its parent', async (t) => {
    const traced = await start(t, { sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }) })
    await send(traced, post(invoiceOf(), { traceparent: TRACEPARENT }))
    assert.equal(traced.spans().length, 4)
  })
})

test('without an SDK nothing is begun, and the record continues the trace of the till', async (t) => {
  const traced = await start(t, { app: { startSpan: undefined } })
  await send(traced, post(invoiceOf(), { traceparent: TRACEPARENT }))
  assert.deepEqual(traced.spans(), [])
  assert.match(traceparentsOf(traced.publisher)[0] ?? '', new RegExp(`^00-${TILL.traceId}-[0-9a-f]{16}-01$`))
})

suite('an SDK that throws', () => {
  const thrown = () => {
    throw new Error('of the SDK')
  }
  const quiet = { onStart: () => {}, onEnd: () => {}, shutdown: async () => {}, forceFlush: async () => {} }
  for (const [what, sdk] of [
    ['when a span is to be sampled', { sampler: { shouldSample: thrown } }],
    [
      'when a part is to be sampled',
      {
        sampler: {
          shouldSample: (_: Context, _id: string, name: string) => (name === REQUEST ? { decision: 2 } : thrown()),
        },
      },
    ],
    ['when a span begins', { processor: { ...quiet, onStart: thrown } }],
    ['when a span ends', { processor: { ...quiet, onEnd: thrown } }],
    ['whatever is said of a span', { tracer: tracerOfThrowing() }],
  ] as const) {
    test(`${what} loses no invoice and no answer, and the record has a valid traceparent`, async (t) => {
      const traced = await start(t, sdk)
      assert.equal((await send(traced, post(invoiceOf(), { traceparent: TRACEPARENT }))).statusCode, 201)
      assert.equal(readTraceparent(traceparentsOf(traced.publisher)[0])?.traceId, TILL.traceId)
      assert.equal((await send(traced, post('{'))).statusCode, 400)
      assert.equal((await send(traced, lines(invoiceOf(43)))).statusCode, 200)
      const refused = { kind: 'rejected', reason: 'refused' } as const
      assert.equal((await send(traced, post(invoiceOf(44)), refused)).statusCode, 503)
    })
  }
})

/** Its spans have a context, and throw at everything else. */
function tracerOfThrowing(): Tracer {
  const { tracer } = createSdk()
  const startSpan: Tracer['startSpan'] = (...of) =>
    new Proxy(tracer.startSpan(...of), {
      get: (span, name) => {
        if (name === 'spanContext') return () => span.spanContext()
        if (name === 'isRecording') return () => true
        return () => {
          throw new Error('of the SDK')
        }
      },
    })
  return { startSpan, startActiveSpan: tracer.startActiveSpan }
}

test('a tracer that makes no spans is as none', async (t) => {
  const traced = await start(t, { tracer: new ProxyTracerProvider().getTracer('none') })
  await send(traced, post())
  assert.notEqual(readTraceparent(traceparentsOf(traced.publisher)[0]), null)
})

test('a problem that a route throws ends the span once', async (t) => {
  const traced = await start(t, { app: { ingest: () => Promise.reject(new Problem('saturated', 'full')) } })
  await send(traced, post())
  assert.equal(named(traced.spans(), REQUEST).attributes['tillgate.problem'], 'saturated')
})
