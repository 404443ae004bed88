import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { Principal } from '../auth/principal.ts'
import { Problem, type ProblemSlug } from '../errors.ts'
import { identityMembers } from '../invoice/schema/identity.ts'
import type { JournalStateOf } from '../known/journal-state.ts'
import type { AdmissionRules } from './admission.ts'
import { MAY_NEED_TOKEN, principalOf } from './authentication.ts'
import { CURSOR_EXAMPLES } from './examples.ts'
import { type Answer, beginExchange, settle } from './exchange.ts'
import { CursorSchema, cursorOf } from './journal-cursor.ts'
import { problemResponses, response } from './responses.ts'
import { senderOf } from './sender.ts'

export interface CursorRouteDeps extends Pick<AdmissionRules, 'authenticate' | 'onDenied' | 'senders'> {
  journalStateOf: JournalStateOf
  /** Called for every cursor that is told. */
  onAnswer: (answer: Answer) => void
}

/** About what a request takes of the main thread, without making its answer. */
const REQUEST_MS = 0.1

const { storeId, terminalId, journalId } = identityMembers

const PROBLEM_SLUGS: readonly ProblemSlug[] = [
  'bad-request',
  'unauthorized',
  'forbidden',
  'cursors-off',
  'sender-limit',
  'headers-too-large',
  'internal-error',
  'saturated',
  'keys-unavailable',
  'cursors-unread',
  'cursor-not-kept',
]

const schema = {
  tags: ['invoices'],
  security: MAY_NEED_TOKEN,
  operationId: 'getJournalCursor',
  summary: 'How far a journal is in Kafka',
  description:
    'For a till that has lost its place: what the cursor lists need not be sent again. It compares numbers, not ' +
    'contents. A journal that was never seen has `through` 0. Needs a token with the scope `invoices:read`.',
  params: Type.Object({ storeId, terminalId, journalId }),
  response: {
    200: response('What this gateway knows of the journal.', 'application/json', CursorSchema, {
      headers: { 'Cache-Control': { type: 'string', const: 'no-store' } },
      examples: CURSOR_EXAMPLES,
    }),
    ...problemResponses(PROBLEM_SLUGS),
  },
}

/** The resume cursor of a journal. */
export function cursorRoute(instance: FastifyInstance, deps: CursorRouteDeps): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/v1/stores/:storeId/terminals/:terminalId/journals/:journalId',
    { schema, onRequest: readerAdmission(deps) },
    (request, reply) => {
      const startedAtMs = performance.now()
      // Made into text here, so that this counts, too: 4,000 ranges take a millisecond.
      const text = JSON.stringify(cursorOf(deps.journalStateOf(request.params)))
      request.exchange?.sender?.charge(performance.now() - startedAtMs)
      settle(request, deps.onAnswer, { kind: 'cursor', status: 200 })
      return reply.header('content-type', 'application/json; charset=utf-8').send(text)
    },
  )
}

/**
 * Lets a request in that may read of the terminal in its path. It counts as its sender's, as those with invoices do:
 * its connection, and its time.
 */
function readerAdmission({ authenticate, onDenied, senders }: CursorRouteDeps): onRequestHookHandler {
  return (request, reply, done) => {
    reply.header('cache-control', 'no-store')
    const exchange = beginExchange('cursor')
    request.exchange = exchange
    const admit = (principal: Principal | null | Problem) => {
      if (principal instanceof Problem) return done(principal)
      const sender = senderOf(request, principal, senders)
      exchange.sender = sender
      const obstacle = senders.obstacle(sender)
      if (obstacle === null) sender.charge(REQUEST_MS)
      done(obstacle ?? undefined)
    }
    const reader = principalOf(request, authenticate, onDenied, 'invoices:read')
    if (reader instanceof Promise) reader.then(admit).catch(done)
    else admit(reader)
  }
}
