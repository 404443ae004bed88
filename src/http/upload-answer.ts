import { type Static, Type } from '@sinclair/typebox'
import { PROBLEMS, type Problem, tillOf } from '../errors.ts'
import type { ItemAnswer } from '../ingest/upload.ts'
import { identityJson, type Receipt, receiptJson } from '../invoice/receipt.ts'
import { IdentitySchema } from '../invoice/schema/identity.ts'
import { type ProblemDocument, problemDocument, retryAfterSeconds } from './problem-document.ts'
import { sharedSchema } from './responses.ts'

const count = (description: string) => Type.Integer({ minimum: 0, description })

export const UploadSummarySchema = Type.Object(
  {
    accepted: count('Stored: the till deletes them from its journal.'),
    rejected: count('Will never be accepted as they are: the till puts them aside and alerts somebody.'),
    retry: count('Not stored, or not known to be: the till sends the same invoices again, in their order.'),
  },
  { title: 'UploadSummary', description: 'How many invoices got each answer. The three add up to the whole upload.' },
)

export type UploadSummary = Static<typeof UploadSummarySchema>

export const UploadResultSchema = Type.Object(
  {
    index: Type.Integer({ minimum: 0, description: 'Place in the upload, counted from 0. Blank lines do not count.' }),
    identity: Type.Optional(IdentitySchema),
    status: Type.Integer({
      minimum: 200,
      maximum: 599,
      description: 'The status that the invoice would get on its own, or 424',
    }),
    receipt: Type.Optional(sharedSchema<Receipt>('Receipt')),
    replayed: Type.Optional(
      Type.Literal(true, {
        description: 'The invoice was stored before: this is its first receipt, and nothing was added.',
      }),
    ),
    problem: Type.Optional(sharedSchema<ProblemDocument>('Problem')),
  },
  { title: 'UploadResult', description: 'The answer to one invoice of an upload: a receipt or a problem.' },
)

export const UploadAnswerSchema = Type.Object(
  { summary: UploadSummarySchema, results: Type.Array(UploadResultSchema) },
  { title: 'UploadAnswer', description: 'An answer for each invoice, in the order of the upload.' },
)

/** The answer to an upload as it is sent. */
export interface UploadResponse {
  readonly status: 200 | 207
  readonly summary: UploadSummary
  /** Of the accepted ones: those that were in Kafka before. */
  readonly replayed: number
  /** Of those to be sent again: those that may be in Kafka. */
  readonly unknown: number
  /** Seconds; undefined when nothing has to be sent again. */
  readonly retryAfter: number | undefined
  /** JSON, or NDJSON whose last line is the summary. Each part is made when it is asked for, and is about 32 KB. */
  readonly parts: Generator<string, void>
  /** About how much memory the answers take until the last part is made. */
  readonly heldBytes: number
}

const PART_LENGTH = 32_768
/** About what a receipt or a problem takes, and what each violation takes besides. */
const HELD_BYTES = 512

/**
 * The answer to an upload: 200 when every invoice is stored, otherwise 207. Throws one problem for the whole upload
 * when nothing was published and every invoice can be sent again.
 */
export function uploadResponse(answers: readonly ItemAnswer[], asLines: boolean): UploadResponse {
  const summary: UploadSummary = { accepted: 0, rejected: 0, retry: 0 }
  let replayed = 0
  const toRetry: Problem[] = []
  let heldBytes = answers.length * HELD_BYTES
  for (const answer of answers) {
    if (answer.kind === 'receipt') {
      summary.accepted++
      if (answer.isReplay) replayed++
      continue
    }
    const { problem } = answer
    heldBytes += HELD_BYTES * (problem.errors?.length ?? 0)
    if (tillOf(problem.slug) === 'resend') toRetry.push(problem)
    else summary.rejected++
  }
  summary.retry = toRetry.length
  const obstacle = toRetry.find(({ slug }) => slug !== 'not-attempted')
  const unknown = toRetry.filter(({ slug }) => PROBLEMS[slug].outcome === 'unknown').length
  if (obstacle !== undefined && toRetry.length === answers.length && unknown === 0) throw obstacle

  return {
    status: summary.accepted === answers.length ? 200 : 207,
    ...{ summary, replayed, unknown },
    retryAfter: obstacle === undefined ? undefined : retryAfterSeconds(obstacle),
    parts: partsOf(answers, summary, asLines),
    heldBytes,
  }
}

function* partsOf(answers: readonly ItemAnswer[], summary: UploadSummary, asLines: boolean): Generator<string, void> {
  let part = asLines ? '' : `{"summary":${JSON.stringify(summary)},"results":[`
  for (const [index, answer] of answers.entries()) {
    if (part.length >= PART_LENGTH) {
      yield part
      part = ''
    }
    if (index > 0) part += asLines ? '\n' : ','
    part += resultJson(answer, index)
  }
  yield part + (asLines ? `\n${JSON.stringify({ summary })}\n` : ']}')
}

function resultJson(answer: ItemAnswer, index: number): string {
  if (answer.kind === 'receipt') {
    const { receipt, isReplay } = answer
    const replayed = isReplay ? ',"replayed":true' : ''
    return `{"index":${index},"identity":${identityJson(receipt.identity)},"status":201,"receipt":${receiptJson(receipt)}${replayed}}`
  }
  const { identity, problem } = answer
  return JSON.stringify({ index, identity, status: problem.status, problem: problemDocument(problem) })
}
