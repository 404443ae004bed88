import type { FastifyRequest } from 'fastify'
import type { TracedRequest } from '../tracing/request-span.ts'

/** What a span says of a request. */
export function traced({ id, method, protocol, routeOptions, raw }: FastifyRequest): TracedRequest {
  const { headers, httpVersion } = raw
  return {
    id,
    method,
    route: routeOptions.url as string, // the 404 of a path without a route is not traced
    scheme: protocol,
    httpVersion,
    traceparent: headers.traceparent as string | undefined,
    tracestate: headers.tracestate as string | undefined,
  }
}
