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
    problem: Type.Optional(sharedSchema<ProblemDocument>('Problem')),
  },
  { title: 'UploadResult', description: 'The answer to one invoice of an upload: a receipt or a problem.' },
)

export const UploadAnswerSchema = Type.Object(
  { summary: UploadSummarySchema, results: Type.Array(UploadResultSchema) },
  { title: 'UploadAnswer', description: 'An answer for each invoice, in the order of the upload.' },
)

/** The answer to an upload as it is sent. `body` is JSON, or NDJSON whose last line is the summary. */
export interface UploadResponse {
  readonly status: 200 | 207
  readonly summary: UploadSummary
  /** Seconds; undefined when nothing has to be sent again. */
  readonly retryAfter: number | undefined
  readonly body: string
}

/**
 * The answer to an upload: 200 when every invoice is stored, otherwise 207. Throws one problem for the whole upload
 * when nothing was published and every invoice can be sent again.
 */
export function uploadResponse(answers: readonly ItemAnswer[], asLines: boolean): UploadResponse {
  const summary: UploadSummary = { accepted: 0, rejected: 0, retry: 0 }
  const toRetry: Problem[] = []
  const results = answers.map((answer, index) => {
    if (answer.kind === 'receipt') {
      const { receipt } = answer
      summary.accepted++
      return `{"index":${index},"identity":${identityJson(receipt.identity)},"status":201,"receipt":${receiptJson(receipt)}}`
    }
    const { identity, problem } = answer
    if (tillOf(problem.slug) === 'resend') toRetry.push(problem)
    else summary.rejected++
    return JSON.stringify({ index, identity, status: problem.status, problem: problemDocument(problem) })
  })
  summary.retry = toRetry.length
  const obstacle = toRetry.find(({ slug }) => slug !== 'not-attempted')
  const isUntouched = toRetry.every(({ slug }) => PROBLEMS[slug].outcome === 'rejected')
  if (obstacle !== undefined && toRetry.length === answers.length && isUntouched) throw obstacle

  return {
    status: summary.accepted === answers.length ? 200 : 207,
    summary,
    retryAfter: obstacle === undefined ? undefined : retryAfterSeconds(obstacle),
    body: asLines
      ? `${results.join('\n')}\n${JSON.stringify({ summary })}\n`
      : `{"summary":${JSON.stringify(summary)},"results":[${results.join(',')}]}`,
  }
}
