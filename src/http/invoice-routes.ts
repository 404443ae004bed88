import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Arrivals } from '../admission/arrivals.ts'
import type { Sender } from '../admission/senders.ts'
import { Problem, type ProblemSlug } from '../errors.ts'
import { type Ingest, type IngestRequest, type StoredInvoice, TOO_MANY_LARGE } from '../ingest/invoice.ts'
import { type Identity, identityPath } from '../invoice/identity.ts'
import { receiptJson } from '../invoice/receipt.ts'
import { identityMembers } from '../invoice/schema/identity.ts'
import { matching } from '../invoice/schema/primitives.ts'
import { isCompressed } from '../uploads/inflate.ts'
import { type AdmissionRules, admission } from './admission.ts'
import { MAY_NEED_TOKEN } from './authentication.ts'
import { LOCATION_EXAMPLE, RECEIPT_EXAMPLES, REPLAY_EXAMPLES } from './examples.ts'
import { type Answer, type Exchange, reservationOf, settle } from './exchange.ts'
import { CODED_INVOICE, invoiceMediaProblem } from './media-type.ts'
import { type BodyRules, bodyReader } from './read-body.ts'
import { problemResponses, response, sentBytes, sharedSchema } from './responses.ts'

export interface InvoiceRouteDeps
  extends Pick<
    AdmissionRules,
    'isRefusing' | 'noPlace' | 'authenticate' | 'onDenied' | 'admit' | 'senders' | 'startSpan'
  > {
  ingest: Ingest
  /** The bodies that arrive. */
  arrivals: Arrivals
  /** Takes a place among the invoices in flight. */
  enter: NonNullable<BodyRules['enter']>
  maxInvoiceBytes: number
  /** Larger invoices need a worker thread. */
  invoiceInlineBytes: number
  /** Whether a large invoice that arrives now would be validated soon. */
  hasInvoiceReader: (sender: string) => boolean
  onAnswer: (answer: Answer) => void
}

const Path = Type.Object({
  ...identityMembers,
  sequenceNumber: matching(
    '^[1-9][0-9]{0,11}$',
    'a number from 1 to 999999999999 without leading zeros',
    'The number in decimal, not padded.',
  ),
})

const Headers = Type.Object({
  'idempotency-key': Type.Optional(
    matching(
      '^[ -~]{1,128}$',
      '1 to 128 printable ASCII characters',
      'Not needed: the identity is the key. If sent, it is bound to the first invoice that is stored with it, for this sender alone.',
    ),
  ),
  traceparent: Type.Optional(Type.String({ description: 'W3C trace context; continued into the record' })),
})

const PROBLEM_SLUGS: readonly ProblemSlug[] = [
  'malformed-json',
  'bad-request',
  'unauthorized',
  'forbidden',
  'request-timeout',
  'too-large',
  'too-costly',
  'unsupported-media-type',
  'invalid-invoice',
  'identity-conflict',
  'identity-mismatch',
  'quota-exceeded',
  'sender-limit',
  'headers-too-large',
  'internal-error',
  'saturated',
  'not-read',
  'keys-unavailable',
  'draining',
  'refused-by-kafka',
  'kafka-unavailable',
  'topic-unusable',
  'throttled',
  'outcome-unknown',
]

const LOCATION = {
  type: 'string',
  format: 'uri-reference',
  description: 'The path of the invoice, made of its identity',
  examples: [LOCATION_EXAMPLE],
}

const REPLAYED = {
  type: 'string',
  enum: ['true'],
  description: 'The invoice was stored before: this is its first receipt, and nothing was added. Otherwise absent.',
}

/** Its handler has written the receipt already: Fastify sends the text as it is. */
const receiptResponse = (description: string, headers: object, examples: object) =>
  response(description, 'application/json', sharedSchema<string>('Receipt'), { headers, examples })

const schema = {
  tags: ['invoices'],
  security: MAY_NEED_TOKEN,
  headers: Headers,
  body: sentBytes('Invoice'),
  response: {
    201: receiptResponse(
      'Every in-sync replica has the invoice.',
      { Location: LOCATION, 'Idempotent-Replayed': REPLAYED },
      RECEIPT_EXAMPLES,
    ),
    ...problemResponses(PROBLEM_SLUGS),
  },
}

const postSchema = {
  ...schema,
  operationId: 'postInvoice',
  summary: 'Store one invoice',
  description:
    'Answers once Kafka has the invoice. Sending it again is safe: the identity in the body is the key. Where the ' +
    'gateway knows that it is stored, it answers with the first receipt.',
}

const putSchema = {
  ...schema,
  operationId: 'putInvoice',
  summary: 'Store one invoice under its identity',
  description: 'The same as posting it; the path and the body must name the same identity.',
  params: Path,
  response: {
    200: receiptResponse(
      'The invoice was stored before: this is its first receipt, and nothing was added.',
      { Location: LOCATION, 'Idempotent-Replayed': REPLAYED },
      REPLAY_EXAMPLES,
    ),
    ...schema.response,
    201: receiptResponse('Every in-sync replica has the invoice.', { Location: LOCATION }, RECEIPT_EXAMPLES),
  },
}

/**
 * The two routes that take one invoice. The body reaches `ingest` as the bytes that were sent; Fastify neither parses
 * nor checks it.
 */
export function invoiceRoutes(instance: FastifyInstance, deps: InvoiceRouteDeps): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const maxBodyBytes = () => deps.maxInvoiceBytes
  const { arrivals, enter } = deps
  const memoryOf = ({ memory }: Sender) => memory
  app.addContentTypeParser(
    'application/json',
    bodyReader({ arrivals, enter, maxBodyBytes, memoryOf, emptyProblem: EMPTY_BODY }),
  )

  const rules: AdmissionRules = {
    ...deps,
    mediaProblem: invoiceMediaProblem,
    maxBodyBytes,
    // A body that comes in chunks may be small.
    busyProblem: (announcedBytes, sender) => {
      const isSmall = announcedBytes === null || announcedBytes <= deps.invoiceInlineBytes
      return isSmall || deps.hasInvoiceReader(sender.name) ? null : TOO_MANY_LARGE
    },
  }
  app.post('/v1/invoices', { schema: postSchema, onRequest: admission('post', rules) }, async (request, reply) => {
    return answer(request, reply, await ingest(request))
  })

  app.put(
    '/v1/stores/:storeId/terminals/:terminalId/journals/:journalId/invoices/:sequenceNumber',
    { schema: putSchema, onRequest: admission('put', rules) },
    async (request, reply) => {
      const stored = await ingest(request, identityOf(request.params))
      return answer(request, reply, stored, stored.isReplay ? 200 : 201)
    },
  )

  /** All that happens before the wait for Kafka, or for a worker, is time that this sender takes of the main thread. */
  function ingest(request: AdmittedRequest, expectedIdentity?: Identity): Promise<StoredInvoice> {
    // A header field was lost or forgotten: nothing is wrong with the invoice.
    if (isCompressed(request.body)) throw CODED_INVOICE
    const startedAtMs = performance.now()
    const stored = deps.ingest(ingestRequest(request, expectedIdentity))
    const nowMs = performance.now()
    request.exchange?.sender?.charge(nowMs - startedAtMs, nowMs)
    return stored
  }

  function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    { receipt, isReplay }: StoredInvoice,
    status: 200 | 201 = 201,
  ): string {
    const { identity } = receipt
    reply.code(status).header('location', identityPath(identity))
    reply.header('content-type', 'application/json; charset=utf-8')
    if (isReplay) reply.header('idempotent-replayed', 'true')
    settle(request, deps.onAnswer, { kind: 'receipt', status, isReplay, identity })
    return receiptJson(receipt)
  }
}

// Not the invoice's fault: something on the way lost it, or the till sent none.
const EMPTY_BODY = new Problem('bad-request', 'The request has no body.')

interface AdmittedRequest {
  readonly body: Buffer
  readonly headers: Static<typeof Headers>
  readonly exchange: Exchange | null
}

function ingestRequest(request: AdmittedRequest, expectedIdentity?: Identity): IngestRequest {
  const { body, headers } = request
  return {
    body,
    receivedAt: new Date(),
    traceparent: headers.traceparent,
    span: request.exchange?.span,
    expectedIdentity,
    principal: request.exchange?.principal ?? null,
    sender: request.exchange?.sender?.name,
    idempotencyKey: headers['idempotency-key'],
    reservation: reservationOf(request),
  }
}

function identityOf(path: Static<typeof Path>): Identity {
  return { ...path, sequenceNumber: Number(path.sequenceNumber) }
}
