import { type Attributes, type Span, SpanKind, type Tracer } from '@opentelemetry/api'
import type { BatchOutcome, ProducerBatch } from '../accumulator/producer-batch.ts'
import type { Publisher } from '../accumulator/publisher.ts'
import { ShortLivedMap } from '../short-lived.ts'
import { failed } from './failed.ts'
import type { Origin } from './record-span.ts'
import { safely } from './safely.ts'

/** The spans of batches at the publisher. */
export interface BatchSpans {
  /** The publisher, with a span around each batch. */
  around(publisher: Publisher): Publisher
  /** An attempt to send this batch has failed; it may be sent again. `reason` is the name of an error. */
  attemptFailed(batch: ProducerBatch, reason: string): void
}

/**
 * One span for each batch, from its lane to its outcome, with all its attempts. It is linked to the waits of its
 * invoices, and they to it. It is beneath the request of the first of them: a new trace would be sampled by itself, and
 * most invoices that are traced would have no such span. A batch without a traced invoice has none.
 */
export function createBatchSpans(tracer: Tracer, topic: string): BatchSpans {
  const open = new ShortLivedMap<ProducerBatch, Span>()

  function start(batch: ProducerBatch): Span | null {
    const spans = new Set(batch.records.flatMap(({ span }) => (span?.origin ? [span] : [])))
    const origins = Array.from(spans, ({ origin }) => origin as Origin)
    const [first] = origins
    if (first === undefined) return null
    const links = origins.map(({ wait }) => ({ context: wait }))
    const options = { kind: SpanKind.CLIENT, attributes: attributesOf(batch, topic), links }
    const span = safely(() => tracer.startSpan(`produce ${topic}`, options, first.request))
    if (span !== null) for (const waiting of spans) safely(() => waiting.leave({ context: span.spanContext() }))
    return span
  }

  return {
    around: (publisher) => ({
      start: () => publisher.start(),
      stop: () => publisher.stop(),
      refusalOf: (partition) => publisher.refusalOf(partition),
      get lastAnswerAtMs() {
        return publisher.lastAnswerAtMs
      },
      publish: async (batch) => {
        const span = start(batch)
        if (span === null) return publisher.publish(batch)
        open.set(batch, span)
        const outcome = await publisher.publish(batch)
        open.delete(batch)
        safely(() => describe(span, batch, outcome))
        safely(() => span.end())
        return outcome
      },
    }),
    attemptFailed: (batch, reason) =>
      void safely(() => open.get(batch)?.addEvent('attempt failed', { 'error.type': reason })),
  }
}

function attributesOf({ partition, records }: ProducerBatch, topic: string): Attributes {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'send',
    'messaging.operation.name': 'produce',
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': String(partition),
    'messaging.batch.message_count': records.length,
  }
}

function describe(span: Span, { heldMs }: ProducerBatch, outcome: BatchOutcome): void {
  if (heldMs > 0) span.setAttribute('tillgate.throttled_ms', Math.round(heldMs))
  if (outcome.kind !== 'acknowledged') failed(span, 'reason' in outcome ? outcome.reason : outcome.kind)
  else if (outcome.baseOffset !== null) span.setAttribute('messaging.kafka.offset', Number(outcome.baseOffset))
}
