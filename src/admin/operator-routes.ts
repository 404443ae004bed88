import type { FastifyInstance } from 'fastify'
import type { Console } from '../console/console.ts'
import { page, sendPage } from '../http/html.ts'
import type { OpenapiDocument } from '../http/openapi.ts'

/** What operators are shown. */
export interface Operations {
  /** Whether the instance takes invoices, and if not, why. `warnings`: what else an operator should know. */
  readonly readiness: () => {
    readonly ready: boolean
    readonly reasons: readonly string[]
    readonly warnings?: readonly string[]
  }
  readonly metrics: () => Promise<{ contentType: string; body: string }>
  /** The OpenAPI document of the port of the tills; `null` where there is no such port. */
  readonly openapi: OpenapiDocument | null
  /** Without it there is no console. */
  readonly console?: Console | undefined
}

const START = page(
  'Tillgate, for operators',
  `<ul>
<li><a href="/readyz">Readiness</a>: whether this instance does its work, and why not</li>
<li><a href="/metrics">Metrics</a>: for Prometheus</li>
<li><a href="/livez">Liveness</a>: whether the process runs</li>
</ul>`,
)

const CONSOLE = '<li><a href="/console">Console</a>: what happens now, and a search by store</li>\n'

/** Where there is a port for tills. */
const startWithDocs = (hasConsole: boolean) =>
  page(
    'Tillgate, for operators',
    `<ul>
${hasConsole ? CONSOLE : ''}<li><a href="/readyz">Readiness</a>: whether this instance takes invoices, and why not</li>
<li><a href="/metrics">Metrics</a>: for Prometheus</li>
<li><a href="/livez">Liveness</a>: whether the process runs</li>
<li><a href="/docs">HTTP API</a>: what tills send, and what they are answered</li>
<li><a href="/problems">Problems</a>: what each error means, what a till does about it, and what you do</li>
</ul>`,
  )

/** `/`, `/livez`, `/readyz` and `/metrics` of the operator's listener. */
export function operatorRoutes(
  app: FastifyInstance,
  { readiness, metrics, openapi, console: shown }: Operations,
): void {
  const start = openapi === null ? START : startWithDocs(shown !== undefined)
  app.get('/', (_request, reply) => sendPage(reply, start))

  app.get('/livez', () => ({ live: true }))

  app.get('/readyz', (_request, reply) => {
    const { ready, reasons, warnings = [] } = readiness()
    return reply.code(ready ? 200 : 503).send({ ready, reasons, ...(warnings.length > 0 && { warnings }) })
  })

  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metrics()
    return reply.header('content-type', contentType).send(body)
  })
}
