import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { problemResponses, response } from './responses.ts'

export interface OperationsDeps {
  readiness: () => { ready: boolean; reasons: readonly string[] }
  isDraining: () => boolean
  /** `null`: metrics are not served here. */
  metrics: (() => Promise<{ contentType: string; body: string }>) | null
}

const Readiness = Type.Object(
  {
    ready: Type.Boolean(),
    reasons: Type.Array(Type.String(), { description: 'Why this instance takes no invoices; empty when it does' }),
  },
  { title: 'Readiness' },
)

const Liveness = Type.Object({ live: Type.Literal(true) }, { title: 'Liveness' })

/** The routes for load balancers, orchestrators and Prometheus: `/livez`, `/readyz`, `/metrics`. */
export function operationsRoutes(app: FastifyInstance, deps: OperationsDeps): void {
  app.get('/livez', { schema: livezSchema }, () => ({ live: true }))

  app.get('/readyz', { schema: readyzSchema }, (_request, reply) => {
    const readiness = deps.readiness()
    const reasons = deps.isDraining() ? [...new Set([...readiness.reasons, 'draining'])] : readiness.reasons
    const ready = readiness.ready && !deps.isDraining()
    return reply.code(ready ? 200 : 503).send({ ready, reasons })
  })

  const { metrics } = deps
  if (metrics === null) return
  app.get('/metrics', { schema: metricsSchema }, async (_request, reply) => {
    const { contentType, body } = await metrics()
    return reply.header('content-type', contentType).send(body)
  })
}

const livezSchema = {
  tags: ['operations'],
  operationId: 'getLiveness',
  summary: 'Whether the process runs',
  response: {
    200: response('The process runs.', 'application/json', Liveness, {
      examples: { live: { value: { live: true } } },
    }),
  },
}

const readyzSchema = {
  tags: ['operations'],
  operationId: 'getReadiness',
  summary: 'Whether this instance takes invoices',
  response: {
    200: response('This instance takes invoices.', 'application/json', Readiness, {
      examples: { ready: { value: { ready: true, reasons: [] } } },
    }),
    503: response('Not initialised, draining or stuck.', 'application/json', Readiness, {
      examples: { notReady: { value: { ready: false, reasons: ['draining'] } } },
    }),
  },
}

const METRICS = `# HELP tillgate_answers_total Answers to invoice requests, by status and problem type (none: a receipt).
# TYPE tillgate_answers_total counter
tillgate_answers_total{status="201",problem="none"} 48211
`

const metricsSchema = {
  tags: ['operations'],
  operationId: 'getMetrics',
  summary: 'Counters and histograms',
  response: {
    200: response('Prometheus text format.', 'text/plain', Type.String(), {
      examples: { metrics: { value: METRICS } },
    }),
    ...problemResponses(['internal-error']),
  },
}
