import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { trace } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { findTracer, flushSpans } from '../../src/tracing/tracer.ts'
import { createTracing } from '../../src/tracing/tracing.ts'
import { createSdk } from './exported.ts'

afterEach(() => trace.disable())

test('without an SDK there is no tracer, and nothing is traced', async () => {
  assert.equal(findTracer(), null)
  assert.equal(createTracing('invoices'), null)
  await flushSpans(1_000)
})

test('the tracer is that of the SDK which was loaded before', () => {
  const { provider, spans } = createSdk()
  trace.setGlobalTracerProvider(provider)
  findTracer()?.startSpan('one').end()
  assert.deepEqual(
    spans().map(({ name, instrumentationScope }) => [name, instrumentationScope.name]),
    [['one', 'tillgate']],
  )
})

test('a provider that is registered without the API’s proxy has a tracer, too', () => {
  const { provider, spans } = createSdk()
  const global = globalThis as Record<symbol, unknown>
  const key = Symbol.for('opentelemetry.js.api.1')
  global[key] = { version: '1.99.0', trace: provider }
  findTracer()?.startSpan('one').end()
  delete global[key]
  assert.equal(spans().length, 1)
})

test('at the end, what is left is exported; a collector that takes nothing holds nobody up', async () => {
  let flushed = 0
  const never = { onStart: () => {}, onEnd: () => {}, shutdown: async () => {} }
  let take = () => {}
  const hangs = {
    ...never,
    forceFlush: () => {
      flushed++
      return new Promise<void>((resolve) => {
        take = resolve
      })
    },
  }
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [hangs] }))
  await flushSpans(1)
  assert.equal(flushed, 1)
  take() // else the SDK's own timer keeps this process for half a minute
})

test('an export that fails is nobody’s error', async () => {
  const fails = {
    onStart: () => {},
    onEnd: () => {},
    shutdown: async () => {},
    forceFlush: () => Promise.reject(new Error()),
  }
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [fails] }))
  await flushSpans(1_000)
})
