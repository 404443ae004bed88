import { type Tracer, type TracerProvider, trace } from '@opentelemetry/api'
import { within } from '../waiting.ts'

/** The SDK of the process behind its API, as far as both `@opentelemetry/sdk-trace` and older packages have it. */
type Provider = TracerProvider & {
  getDelegate?(): Provider
  getDelegateTracer?(name: string): Tracer | undefined
  forceFlush?(): Promise<void>
}

/**
 * The tracer of the OpenTelemetry SDK that was loaded before the gateway; `null` if none was. Asked once: without an SDK
 * the API's own tracer would still make an object for each span.
 */
export function findTracer(): Tracer | null {
  const provider: Provider = trace.getTracerProvider()
  if (provider.getDelegateTracer === undefined) return provider.getTracer('tillgate')
  return provider.getDelegateTracer('tillgate') ?? null
}

/** Exports what is not exported yet, for at most `timeoutMs`. Never rejects. */
export async function flushSpans(timeoutMs: number): Promise<void> {
  const provider: Provider = trace.getTracerProvider()
  const sdk = provider.getDelegate?.() ?? provider
  const flushed = Promise.resolve().then(() => sdk.forceFlush?.())
  await within(timeoutMs, flushed).catch(() => {}) // spans are lost, invoices are not
}
