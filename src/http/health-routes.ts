import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { response } from './responses.ts'

const Readiness = Type.Object({ ready: Type.Boolean() }, { title: 'Readiness' })
const Liveness = Type.Object({ live: Type.Literal(true) }, { title: 'Liveness' })

/**
 * `/livez` and `/readyz`, for load balancers and orchestrators. They say yes or no. Why an instance is not ready stands
 * on the operator's listener: reasons name topics, brokers and addresses.
 */
export function healthRoutes(app: FastifyInstance, isReady: () => boolean): void {
  app.get('/livez', { schema: livezSchema }, () => ({ live: true }))

  app.get('/readyz', { schema: readyzSchema }, (_request, reply) => {
    const ready = isReady()
    return reply.code(ready ? 200 : 503).send({ ready })
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
      examples: { ready: { value: { ready: true } } },
    }),
    503: response('It takes none now.', 'application/json', Readiness, {
      examples: { notReady: { value: { ready: false } } },
    }),
  },
}
