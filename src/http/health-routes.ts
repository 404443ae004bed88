import { Type } from '@sinclair/typebox'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { Senders } from '../admission/senders.ts'
import { answerLate } from './late-answer.ts'
import { response } from './responses.ts'

const Readiness = Type.Object({ ready: Type.Boolean() }, { title: 'Readiness' })
const Liveness = Type.Object({ live: Type.Literal(true) }, { title: 'Liveness' })

/** About what a probe takes. */
const PROBE_MS = 0.1

/**
 * `/livez` and `/readyz`, for load balancers and orchestrators. They say yes or no. Why an instance is not ready stands
 * on the operator's listener: reasons name topics, brokers and addresses. They are bounded by connection and not by
 * address, and late rather than refused: no probe fails for what others ask.
 */
export function healthRoutes(app: FastifyInstance, isReady: () => boolean, senders: Pick<Senders, 'probes'>): void {
  const onRequest = boundProbes(senders)
  app.get('/livez', { schema: livezSchema, onRequest }, () => ({ live: true }))

  app.get('/readyz', { schema: readyzSchema, onRequest }, (_request, reply) => {
    const ready = isReady()
    return reply.code(ready ? 200 : 503).send({ ready })
  })
}

function boundProbes(senders: Pick<Senders, 'probes'>): onRequestHookHandler {
  const taken = new WeakMap<object, ReturnType<Senders['probes']>>()
  return ({ raw: { socket } }, reply, done) => {
    const time = taken.get(socket) ?? senders.probes()
    taken.set(socket, time)
    time.charge(PROBE_MS)
    if (time.waitMs() === 0) done()
    else answerLate(reply, done)
  }
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
