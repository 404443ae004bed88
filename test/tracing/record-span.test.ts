import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { ROOT_CONTEXT, SpanStatusCode } from '@opentelemetry/api'
import { type RecordSpan, recordSpanOf, unrecorded } from '../../src/tracing/record-span.ts'
import { createSdk, idOf, linkedIds } from './exported.ts'

let sdk: ReturnType<typeof createSdk>

beforeEach(() => {
  sdk = createSdk()
})

function started(kind: 'invoice' | 'upload' = 'invoice'): RecordSpan {
  return recordSpanOf(sdk.tracer.startSpan('wait'), ROOT_CONTEXT, kind)
}

const batch = () => ({ context: sdk.tracer.startSpan('produce').spanContext() })

test('the traceparent names the span itself', () => {
  const span = started()
  span.end()
  const { traceId, spanId } = sdk.spans()[0]!.spanContext()
  assert.equal(span.traceparent, `00-${traceId}-${spanId}-01`)
})

test('an invoice waits until its batch leaves, whatever becomes of it', () => {
  const span = started()
  const produce = batch()
  span.leave(produce)
  assert.deepEqual(linkedIds(sdk.spans()[0]!), [produce.context.spanId])
  span.end({ kind: 'unknown', reason: 'deadline' })
  span.leave(batch())
  assert.equal(sdk.spans().length, 1)
  assert.equal(sdk.spans()[0]!.status.code, SpanStatusCode.UNSET)
})

test('an upload waits on, and is linked to each of its batches', () => {
  const span = started('upload')
  const batches = [batch(), batch()]
  for (const one of batches) span.leave(one)
  assert.deepEqual(sdk.spans(), [])
  span.end()
  assert.deepEqual(
    linkedIds(sdk.spans()[0]!),
    batches.map(({ context }) => context.spanId),
  )
})

test('an invoice that another request has brought before is linked to that one’s wait', () => {
  const [first, second] = [started(), started()]
  first.leave(batch())
  second.end({ kind: 'acknowledged', record: { span: first } })
  const [one, two] = sdk.spans()
  assert.deepEqual(linkedIds(two!), [idOf(one!)])
})

test('what was stored by its own record is linked to nothing more', () => {
  const span = started()
  span.end({ kind: 'acknowledged', record: { span } })
  assert.deepEqual(linkedIds(sdk.spans()[0]!), [])
})

test('where nothing is recorded, the record continues the request, and no batch is linked to it', () => {
  const request = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 }
  const span = unrecorded(request)
  assert.equal(span.traceparent, `00-${request.traceId}-${request.spanId}-00`)
  assert.equal(span.origin, null)
  span.leave(batch())
  span.end()
  assert.deepEqual(sdk.spans(), [])
})
