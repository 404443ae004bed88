import type { Context, Link, Span, SpanContext } from '@opentelemetry/api'
import { failed } from './failed.ts'
import { safely } from './safely.ts'

/**
 * The span of an invoice that waits for Kafka, or of all invoices of an upload that do. It is where their records are
 * created: what reads them continues it.
 */
export interface RecordSpan {
  /** Set in the record when that is made. A batch never changes, so nothing can be set later. */
  readonly traceparent: string
  /** What a batch with such a record is linked to; null: it is not recorded. */
  readonly origin: Origin | null
  /** A batch with such a record leaves its lane. For a single invoice this ends the wait. */
  leave(batch: Link): void
  /** The request knows what became of its invoices. If the wait has ended already, this changes nothing. */
  end(outcome?: WaitOutcome): void
}

/** Where a record comes from. */
export interface Origin {
  /** The span of the request, as a parent. */
  readonly request: Context
  readonly wait: SpanContext
}

type WaitOutcome =
  | { readonly kind: 'acknowledged'; readonly record: { readonly span?: RecordSpan | null | undefined } }
  | { readonly kind: 'rejected' | 'unknown'; readonly reason: string }

/** `upload`: it goes on until the request knows all outcomes. */
export function recordSpanOf(span: Span, request: Context, kind: 'invoice' | 'upload'): RecordSpan {
  const wait = span.spanContext()
  const self: RecordSpan = {
    traceparent: traceparentOf(wait),
    origin: { request, wait },
    leave: (batch) => {
      if (!span.isRecording()) return
      safely(() => span.addLink(batch))
      if (kind === 'invoice') safely(() => span.end())
    },
    end: (outcome) => {
      if (!span.isRecording()) return
      safely(() => {
        if (outcome?.kind === 'acknowledged') linkToJoined(span, self, outcome.record.span)
        else if (outcome !== undefined) failed(span, outcome.reason)
      })
      safely(() => span.end())
    },
  }
  return self
}

/** Another request has brought the same invoice before: that one's record is in the log, and this one's is not. */
function linkToJoined(span: Span, own: RecordSpan, stored: RecordSpan | null | undefined): void {
  if (stored && stored !== own && stored.origin !== null) span.addLink({ context: stored.origin.wait })
}

/** The record of a request that is not recorded continues that request. */
export function unrecorded(request: SpanContext): RecordSpan {
  return { traceparent: traceparentOf(request), origin: null, leave: () => {}, end: () => {} }
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}
