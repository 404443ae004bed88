import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import packageJson from '../../package.json' with { type: 'json' }
import { page, sendPage } from './html.ts'
import { htmlExample, problemResponses, response } from './responses.ts'

const START = {
  name: 'Tillgate',
  version: packageJson.version,
  openapi: '/openapi.json',
  asyncapi: '/asyncapi.json',
  invoiceSchema: '/invoice.schema.json',
  problems: '/problems',
}

const DOCS = '<li><a href="/docs">HTTP API</a>: every operation with examples, to read and to try out</li>\n'

const startHtml = (docs: boolean) =>
  page(
    'Tillgate',
    `<p>Tills post invoices to this gateway over HTTP. It stores them in Apache Kafka.</p>
<ul>
${docs ? DOCS : ''}<li><a href="/problems">Problems</a>: what each error means, what a till does about it, and what you do</li>
<li><a href="/openapi.json">OpenAPI document</a>: to generate a client from</li>
<li><a href="/asyncapi.json">AsyncAPI document</a>: what is in the topics, for those who read them</li>
<li><a href="/invoice.schema.json">JSON Schema</a> of the invoice</li>
<li><a href="/readyz">Readiness</a>: whether this instance takes invoices</li>
</ul>`,
  )

/**
 * `/` leads to the documentation: a page for browsers, JSON for whatever does not ask for HTML. `docs`: whether `/docs`
 * is here.
 */
export function startPage(app: FastifyInstance, docs: boolean): void {
  const [html, start] = [startHtml(docs), docs ? { ...START, docs: '/docs' } : START]
  app.get('/', { schema }, (request, reply) => {
    reply.header('vary', 'accept')
    if (request.headers.accept?.includes('text/html')) return sendPage(reply, html)
    return reply.header('content-type', 'application/json; charset=utf-8').send(start)
  })
}

const path = (description: string) => Type.String({ format: 'uri-reference', description })

const Start = Type.Object(
  {
    name: Type.String(),
    version: Type.String({ description: 'The version of the gateway' }),
    openapi: path('The OpenAPI document'),
    asyncapi: path('The AsyncAPI document of the topics'),
    invoiceSchema: path('The JSON Schema of the invoice'),
    problems: path('What every problem means'),
    docs: Type.Optional(path('The HTTP API, to read and to try out, if it is here (`PUBLIC_DOCS`)')),
  },
  { title: 'Start' },
)

const schema = {
  tags: ['operations'],
  operationId: 'getStart',
  summary: 'Where the documentation is',
  response: {
    200: {
      description: 'JSON, or a page for people if `Accept` names `text/html`.',
      content: {
        ...response('', 'application/json', Start, { examples: { start: { value: START } } }).content,
        'text/html': { schema: Type.String(), examples: { startPage: { value: htmlExample('Tillgate') } } },
      },
    },
    ...problemResponses(['sender-limit']),
  },
}
