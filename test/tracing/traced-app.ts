import type { TestContext } from 'node:test'
import type { Tracer } from '@opentelemetry/api'
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { Accumulator } from '../../src/accumulator/accumulator.ts'
import { UploadWindow } from '../../src/admission/upload-window.ts'
import { createKeyBinding } from '../../src/ingest/idempotency-keys.ts'
import { createIngest, type IngestDeps } from '../../src/ingest/invoice.ts'
import { createIngestUpload } from '../../src/ingest/upload.ts'
import { createTracing } from '../../src/tracing/tracing.ts'
import { FakePublisher, LIMITS } from '../accumulator/fakes.ts'
import { type TestDeps, testApp } from '../http/test-app.ts'
import { mainThreadReader } from '../ingest/main-thread-reader.ts'
import { sampleInvoice } from '../invoice/generate.ts'
import { NOTHING_KNOWN } from '../known/nothing-known.ts'
import { createSdk } from './exported.ts'

export const TOPIC = 'pos.invoices'
export const TILL = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
export const TRACEPARENT = `00-${TILL.traceId}-${TILL.spanId}-01`

export interface TracedAppOptions {
  readonly sampler?: Sampler
  readonly processor?: SpanProcessor
  /** Instead of that of the SDK. */
  readonly tracer?: Tracer
  readonly deliveryTimeoutMs?: number
  readonly app?: TestDeps
  readonly ingest?: Pick<Partial<IngestDeps>, 'known'>
}

/** The way of an invoice from the request to a fake publisher, traced by a real SDK. */
export async function tracedApp(t: TestContext, options: TracedAppOptions = {}) {
  const sdk = createSdk(options.sampler, ...(options.processor === undefined ? [] : [options.processor]))
  const tracing = createTracing(TOPIC, options.tracer ?? sdk.tracer)
  if (tracing === null) throw new Error('it has a tracer')
  const publisher = new FakePublisher()
  const accumulator = new Accumulator({
    publisher: tracing.batches.around(publisher),
    partitions: 2,
    limits: { ...LIMITS, maxBatchRecords: 10 },
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 60_000,
  })
  accumulator.open()
  const shared = {
    accumulator,
    topic: TOPIC,
    partitionOf: () => 1,
    takeQuota: () => null,
    known: NOTHING_KNOWN,
    reader: mainThreadReader(),
    ...options.ingest,
  }
  const { app } = await testApp(t, {
    startSpan: tracing.startRequest,
    ingest: createIngest({
      arithmetic: () => 'strict',
      keys: createKeyBinding(),
      onLive: () => {},
      inlineBytes: 65_536,
      ...shared,
    }),
    ingestUpload: createIngestUpload({
      window: new UploadWindow({ maxRecords: 100, share: 1 }),
      timeoutMs: 1_000,
      overheadBytes: 100,
      ...shared,
    }),
    ...options.app,
  })
  t.after(() => accumulator.drain(0))
  return { app, publisher, tracing, ...sdk }
}

export type TracedApp = Awaited<ReturnType<typeof tracedApp>>

export function invoiceOf(sequenceNumber = 42, terminalId = 'T1'): object {
  return sampleInvoice({ storeId: 'S1', terminalId, journalId: 'J1', sequenceNumber })
}

/** The header field of the latest batch's records that says where their traces go on. */
export function traceparentsOf({ latest }: FakePublisher): string[] {
  return latest.batch.records.map(({ headers }) => headers.traceparent as string)
}
