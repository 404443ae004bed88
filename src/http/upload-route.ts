import { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Arrivals } from '../admission/arrivals.ts'
import { Problem, type ProblemSlug } from '../errors.ts'
import { type IngestUpload, TOO_MANY_WAIT, type UploadRequest } from '../ingest/upload.ts'
import { Slices } from '../slices.ts'
import { type AdmissionRules, admission } from './admission.ts'
import { MAY_NEED_TOKEN } from './authentication.ts'
import { MIXED_UPLOAD, STORED_UPLOAD } from './examples.ts'
import { type Answer, type Exchange, reservationOf, settle } from './exchange.ts'
import { codingOf, linesType, NDJSON, UPLOAD_TYPES, uploadMedia, uploadMediaProblem } from './media-type.ts'
import { bodyReader } from './read-body.ts'
import { jsonLines, problemResponses, sentBytes } from './responses.ts'
import type { UnreadAnswers } from './unread-answers.ts'
import { UploadAnswerSchema, UploadResultSchema, UploadSummarySchema, uploadResponse } from './upload-answer.ts'

/** Bounds of the body of one upload. */
export interface UploadBodyLimits {
  /** Of the inflated body, or of the body as sent if it has no content coding. */
  maxUploadBytes: number
  /** Of the body as sent, if it has a content coding. */
  maxCompressedBytes: number
  /** Uploads up to this size need no worker thread. */
  inlineBytes: number
}

export interface UploadRouteDeps
  extends Pick<AdmissionRules, 'isRefusing' | 'authenticate' | 'onDenied' | 'senders' | 'startSpan'> {
  ingestUpload: IngestUpload
  /** Whether an upload that arrives now would be read soon. */
  hasReader: (sender: string) => boolean
  /** As `AdmissionRules.admit`, in the part of the buffer that uploads may use. */
  admitUpload: AdmissionRules['admit']
  /** The uploads that arrive. */
  uploadArrivals: Arrivals
  onAnswer: (answer: Answer) => void
  unreadAnswers: UnreadAnswers
}

const PROBLEM_SLUGS: readonly ProblemSlug[] = [
  'malformed-upload',
  'bad-request',
  'unauthorized',
  'forbidden',
  'request-timeout',
  'upload-too-large',
  'too-costly',
  'unsupported-media-type',
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
]

const answered = (description: string, examples: typeof STORED_UPLOAD, more: { headers?: object } = {}) => ({
  ...more,
  description,
  content: {
    'application/json': { schema: UploadAnswerSchema, examples: examples['application/json'] },
    [NDJSON]: {
      schema: jsonLines(
        Type.Union([UploadResultSchema, Type.Object({ summary: UploadSummarySchema }, { title: 'UploadEnd' })]),
        'A result a line. The last line is the summary; without it the answer is incomplete.',
      ),
      examples: examples[NDJSON],
    },
  },
})

const RETRY_AFTER = { type: 'integer', minimum: 1, description: 'Seconds; only if some must be sent again' }

const schema = {
  tags: ['invoices'],
  operationId: 'postUpload',
  security: MAY_NEED_TOKEN,
  summary: 'Store an upload of invoices',
  description:
    'Each invoice gets its own answer, in the order of the upload. Invoices of one terminal are stored in that ' +
    'order: after the first one that has to be sent again, the later ones get 424. An upload that cannot be read is ' +
    'refused as a whole, and nothing of it is in Kafka. NDJSON is answered with NDJSON if `Accept` prefers it to JSON. ' +
    'Other names of NDJSON are taken too, such as `application/ndjson` and `application/jsonl`. A byte order mark at the ' +
    'start is skipped.',
  headers: Type.Object({
    traceparent: Type.Optional(Type.String({ description: 'W3C trace context; continued into the records' })),
    'content-encoding': Type.Optional(Type.String({ description: '`gzip`, `x-gzip` or `zstd`' })),
  }),
  body: {
    content: {
      [NDJSON]: { schema: jsonLines(sentBytes('Invoice'), 'An invoice a line.') },
      'application/json': { schema: Type.Array(sentBytes('Invoice')) },
    },
  },
  response: {
    200: answered('Every in-sync replica has every invoice.', STORED_UPLOAD),
    207: answered('Not every invoice is stored. See each answer.', MIXED_UPLOAD, {
      headers: { 'Retry-After': RETRY_AFTER },
    }),
    ...problemResponses(PROBLEM_SLUGS),
  },
}

/** The route that takes an upload. The body reaches `ingestUpload` as the bytes that were sent. */
export function uploadRoute(instance: FastifyInstance, deps: UploadRouteDeps, limits: UploadBodyLimits): void {
  const {
    ingestUpload,
    hasReader,
    admitUpload,
    uploadArrivals,
    authenticate,
    onDenied,
    senders,
    isRefusing,
    startSpan,
    onAnswer,
    unreadAnswers,
  } = deps
  const maxBodyBytes = (headers: FastifyRequest['headers']) =>
    codingOf(headers) === 'identity' ? limits.maxUploadBytes : limits.maxCompressedBytes
  instance.addContentTypeParser(
    [...UPLOAD_TYPES],
    bodyReader({
      arrivals: uploadArrivals,
      maxBodyBytes,
      memoryOf: ({ uploadMemory }) => uploadMemory,
      emptyProblem: EMPTY_UPLOAD,
    }),
  )

  const rules: AdmissionRules = {
    authenticate,
    senders,
    onDenied,
    isRefusing,
    startSpan,
    onAnswer,
    mediaProblem: uploadMediaProblem,
    maxBodyBytes,
    busyProblem: (announcedBytes, sender) => {
      const isSmall = announcedBytes !== null && announcedBytes <= limits.inlineBytes
      return isSmall || hasReader(sender.name) ? null : TOO_MANY_WAIT
    },
    admit: admitUpload,
  }
  const routeOptions = { schema, onRequest: admission('upload', rules) }

  instance.post('/v1/invoices/batch', routeOptions, async (request, reply) => {
    const body = request.body as UploadRequest['body']
    const lines = linesType(request.headers)
    const reservation = reservationOf(request)
    const principal = request.exchange?.principal ?? null
    const media = uploadMedia(request.headers)
    const traceparent = request.headers.traceparent as string | undefined
    const { span, sender } = request.exchange as Exchange
    const owner = { principal, sender: sender?.name }
    const receivedAt = new Date()
    const answers = await ingestUpload({ body, ...media, ...owner, traceparent, span, receivedAt, reservation })
    request.exchange?.sender?.charge(answers.length * ITEM_MS)
    const { status, retryAfter, parts, heldBytes, ...counts } = uploadResponse(answers, lines !== null)
    settle(request, onAnswer, { kind: 'upload', status, ...counts })
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
    reply.code(status).header('content-type', lines ?? 'application/json; charset=utf-8')
    const [first, second] = [parts.next().value ?? '', parts.next()]
    if (second.done) return reply.send(first)
    unreadAnswers.hold(reply.raw, heldBytes)
    // A part at a time: the next one is made when the client has taken this one.
    const rest = inTurns(first + second.value, parts)
    return reply.send(Readable.from(rest, { objectMode: false, highWaterMark: 1 }))
  })
}

/** About what an invoice of an upload, with its answer, takes of the main thread. */
const ITEM_MS = 0.03

const EMPTY_UPLOAD = new Problem('malformed-upload', 'The upload holds no invoice.')

/** Makes each part when the one before it is taken, and lets others have their turn in between. */
async function* inTurns(first: string, parts: Iterable<string>): AsyncGenerator<string> {
  yield first
  const slices = new Slices()
  for (const part of parts) {
    if (slices.isOver) await slices.next()
    yield part
  }
}
