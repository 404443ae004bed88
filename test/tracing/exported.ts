import type { Span } from '@opentelemetry/api'
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'

/** A real SDK that keeps what it exports. */
export function createSdk(sampler: Sampler = new AlwaysOnSampler(), ...processors: SpanProcessor[]) {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({
    sampler,
    spanProcessors: [new SimpleSpanProcessor(exporter), ...processors],
  })
  return { exporter, provider, tracer: provider.getTracer('test'), spans: () => exporter.getFinishedSpans() }
}

/** The span of this name; there must be one. */
export function named(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const found = spans.filter((span) => span.name === name)
  if (found.length !== 1) throw new Error(`${found.length} spans ${name} among ${spans.map((span) => span.name)}`)
  return found[0] as ReadableSpan
}

export const idOf = (span: ReadableSpan | Span): string => span.spanContext().spanId
export const traceIdOf = (span: ReadableSpan | Span): string => span.spanContext().traceId
export const parentIdOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId
/** The spans that a span is linked to. */
export const linkedIds = (span: ReadableSpan): string[] => span.links.map(({ context }) => context.spanId)
