import { type Span, SpanStatusCode } from '@opentelemetry/api'

/** Marks a span as failed. `reason` is one of few words: never a message, which may quote what a till sent. */
export function failed(span: Span, reason: string): void {
  span.setAttribute('error.type', reason)
  span.setStatus({ code: SpanStatusCode.ERROR })
}
