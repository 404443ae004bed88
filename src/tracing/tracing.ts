import { type BatchSpans, createBatchSpans } from './batch-spans.ts'
import { createStartRequestSpan, type StartRequestSpan } from './request-span.ts'
import { findTracer } from './tracer.ts'

/** What of an instance is traced: its requests, and its batches. */
export interface Tracing {
  readonly startRequest: StartRequestSpan
  readonly batches: BatchSpans
}

/**
 * `null` if no OpenTelemetry SDK was loaded before. Then nothing is traced, and all that it costs are comparisons with
 * `null` and `undefined`. `topic`: where the invoices go.
 */
export function createTracing(topic: string, tracer = findTracer()): Tracing | null {
  if (tracer === null) return null
  return { startRequest: createStartRequestSpan(tracer, topic), batches: createBatchSpans(tracer, topic) }
}
