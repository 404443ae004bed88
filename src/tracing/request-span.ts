import {
  type Attributes,
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { readTraceparent } from '../invoice/traceparent.ts'
import { failed } from './failed.ts'
import { type RecordSpan, recordSpanOf, unrecorded } from './record-span.ts'
import { safely } from './safely.ts'

/** The span of a request with invoices, and the parts of its way. No attribute has a value of an invoice. */
export interface RequestSpan {
  /** Begins to read and validate what was sent. Call the result with what was found. */
  startValidation(): (found: { readonly verdict: string } | { readonly invoices: number }) => void
  /** Begins to wait for Kafka, with one invoice or with all of an upload. */
  startWait(what: WaitingInvoice | 'upload'): RecordSpan
  /** The answer is made. Ends the parts that are still open, too. */
  end(answer: SpanAnswer): void
}

/** The head of a request that is traced. */
export interface TracedRequest {
  readonly id: string
  readonly method: string
  /** The path with names in place of values: `/v1/stores/:storeId/...`. */
  readonly route: string
  readonly scheme: 'http' | 'https'
  readonly httpVersion: string
  readonly traceparent: string | undefined
  readonly tracestate: string | undefined
}

/** An invoice whose record is about to be made. */
export interface WaitingInvoice {
  readonly invoiceId: string
  readonly partition: number
  readonly sizeBytes: number
}

/** How a request was answered. */
export type SpanAnswer = { readonly status: number } & (
  | { readonly kind: 'receipt'; readonly isReplay: boolean }
  | { readonly kind: 'upload'; readonly summary: Readonly<Record<'accepted' | 'rejected' | 'retry', number>> }
  | { readonly kind: 'problem'; readonly slug: string }
)

/**
 * Begins the span of a request. The sender's `traceparent`, if it is valid, is its parent. `null`: the SDK makes none, as
 * if there were no SDK.
 */
export type StartRequestSpan = (request: TracedRequest) => RequestSpan | null

export function createStartRequestSpan(tracer: Tracer, topic: string): StartRequestSpan {
  const destination = {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'create',
    'messaging.operation.name': 'wait',
    'messaging.destination.name': topic,
  }
  return (request) => {
    const { method, route } = request
    const options = { kind: SpanKind.SERVER, attributes: attributesOf(request) }
    const span = safely(() => tracer.startSpan(`${method} ${route}`, options, parentOf(request)))
    if (span === null || !trace.isSpanContextValid(span.spanContext())) return null
    if (!span.isRecording())
      return { startValidation: () => () => {}, startWait: () => unrecorded(span.spanContext()), end: () => {} }

    const context = trace.setSpan(ROOT_CONTEXT, span)
    const parts: Span[] = []
    const start = (name: string, kind: SpanKind, attributes: Attributes) => {
      const part = safely(() => tracer.startSpan(name, { kind, attributes }, context))
      if (part !== null) parts.push(part)
      return part
    }
    return {
      startValidation: () => {
        const part = start('validate', SpanKind.INTERNAL, {})
        return (found) => {
          if (part === null) return
          safely(() => {
            if ('verdict' in found) part.setAttribute('tillgate.verdict', found.verdict)
            else part.setAttribute('tillgate.upload.invoices', found.invoices)
          })
          safely(() => part.end())
        }
      },
      startWait: (what) => {
        const attributes = what === 'upload' ? destination : { ...destination, ...recordAttributes(what) }
        const part = start(`wait ${topic}`, SpanKind.PRODUCER, attributes)
        if (part === null) return unrecorded(span.spanContext())
        return recordSpanOf(part, context, what === 'upload' ? 'upload' : 'invoice')
      },
      end: (answer) => {
        for (const part of parts) if (part.isRecording()) safely(() => part.end())
        safely(() => {
          span.setAttributes(answerAttributes(answer))
          if (answer.kind === 'problem' && answer.status >= 500) failed(span, answer.slug)
        })
        safely(() => span.end())
      },
    }
  }
}

function attributesOf({ id, method, route, scheme, httpVersion }: TracedRequest): Attributes {
  return {
    'http.request.method': method,
    'http.route': route,
    // A path with values has ids of a store, which may look like anything.
    ...(route.includes(':') ? {} : { 'url.path': route }),
    'url.scheme': scheme,
    'network.protocol.version': httpVersion,
    'tillgate.request.id': id,
  }
}

function recordAttributes({ invoiceId, partition, sizeBytes }: WaitingInvoice): Attributes {
  return {
    'messaging.destination.partition.id': String(partition),
    'messaging.message.body.size': sizeBytes,
    'tillgate.invoice.id': invoiceId,
  }
}

function answerAttributes(answer: SpanAnswer): Attributes {
  const status = { 'http.response.status_code': answer.status }
  switch (answer.kind) {
    case 'receipt':
      return { ...status, 'tillgate.replayed': answer.isReplay }
    case 'problem':
      return { ...status, 'tillgate.problem': answer.slug }
    case 'upload':
      return {
        ...status,
        'tillgate.upload.accepted': answer.summary.accepted,
        'tillgate.upload.rejected': answer.summary.rejected,
        'tillgate.upload.retry': answer.summary.retry,
      }
  }
}

function parentOf({ traceparent, tracestate }: TracedRequest): Context {
  const sender = readTraceparent(traceparent)
  if (sender === null) return ROOT_CONTEXT
  const { traceId, spanId } = sender
  const traceState = tracestate === undefined ? undefined : createTraceState(tracestate)
  const remote = { traceId, spanId, traceFlags: Number.parseInt(sender.flags, 16), isRemote: true }
  return trace.setSpanContext(ROOT_CONTEXT, traceState === undefined ? remote : { ...remote, traceState })
}
