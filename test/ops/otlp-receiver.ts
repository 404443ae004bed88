import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** A span as OTLP/JSON has it, with its attributes as an object. */
export interface ReceivedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly kind: number
  readonly status: { readonly code?: number }
  readonly links: readonly { readonly spanId: string }[]
  readonly attributes: Readonly<Record<string, unknown>>
}

type Attributes = readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
type SentSpan = Omit<ReceivedSpan, 'attributes' | 'links'> & {
  attributes: Attributes
  links?: ReceivedSpan['links']
}
interface Sent {
  resourceSpans: { resource: { attributes: Attributes }; scopeSpans: { spans: SentSpan[] }[] }[]
}

/** The collector of a test: takes OTLP over HTTP as JSON, and keeps all of it. */
export async function startReceiver() {
  const spans: ReceivedSpan[] = []
  const services = new Set<unknown>()
  const paths = new Set<string | undefined>()
  const server = createServer(async (request, response) => {
    paths.add(request.url)
    for (const { resource, scopeSpans } of ((await json(request)) as Sent).resourceSpans) {
      services.add(plain(resource.attributes)['service.name'])
      for (const sent of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({ ...sent, links: sent.links ?? [], attributes: plain(sent.attributes) })
    }
    response.setHeader('content-type', 'application/json').end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url, spans, services, paths, stop }
}

function plain(attributes: Attributes): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
