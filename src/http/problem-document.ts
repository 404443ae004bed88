import { type Static, Type } from '@sinclair/typebox'
import type { FastifyReply } from 'fastify'
import { PROBLEMS, type Problem, type ProblemSlug, TILL_RULE, tillOf } from '../errors.ts'

/** The media type of a problem (RFC 9457), as it goes on the wire. */
const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8'

const ViolationSchema = Type.Object(
  {
    pointer: Type.String({
      description: 'RFC 6901 pointer into the body; `/path/...` and `/headers/...` for parameters',
    }),
    code: Type.String({ description: 'The broken rule, stable' }),
    detail: Type.String({ description: 'In words: what would be right there. What was sent is never repeated' }),
    expected: Type.Optional(
      Type.Integer({
        description:
          'The amount that would be right there, in minor units, computed from the other members. Where several would be right, detail has them (`from -4 to 4`)',
      }),
    ),
  },
  { title: 'Violation' },
)

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri-reference', description: 'Stable; dereferences to the page of this problem' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String(),
    requestId: Type.Optional(
      Type.String({ description: 'Which request it was; if the gateway failed, a line of its log has the same' }),
    ),
    outcome: Type.Union([Type.Literal('rejected'), Type.Literal('unknown')], {
      description:
        '`rejected`: the invoice is definitely not in Kafka. `unknown`: it may be; send the same document again',
    }),
    till: Type.Union([Type.Literal('quarantine'), Type.Literal('resend')], {
      description: `What the till does with the invoice. The rule for every answer: ${TILL_RULE}`,
    }),
    errors: Type.Optional(Type.Array(ViolationSchema, { description: 'The broken rules, at most 100' })),
    omitted: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'So many more broken rules were found and are not listed; the search stops after about a hundred. An upload ' +
          'lists about 1,000 for all of its invoices, but always the first of each',
      }),
    ),
  },
  { $id: 'Problem', description: 'Why there is no receipt (RFC 9457)' },
)

export type ProblemDocument = Static<typeof ProblemSchema>

/** The stable `type` of a problem: a URI reference that dereferences to its page. */
function problemType(slug: ProblemSlug): string {
  return `/problems/${slug}`
}

/** The RFC 9457 document of a problem. Nothing in it comes from the request, except JSON pointers. */
export function problemDocument(problem: Problem): ProblemDocument {
  const { title, status, outcome } = PROBLEMS[problem.slug]
  const document: ProblemDocument = {
    type: problemType(problem.slug),
    title,
    status,
    detail: problem.message,
    outcome,
    till: tillOf(problem.slug),
  }
  if (problem.errors !== undefined) document.errors = [...problem.errors]
  if (problem.omitted > 0) document.omitted = problem.omitted
  return document
}

/**
 * The `Retry-After` of a problem in whole seconds; `undefined` when time alone does not help. Unless the problem
 * sets it, it is random from 1 to 3, so that the tills of a shop do not all come back in the same second.
 */
export function retryAfterSeconds(problem: Problem): number | undefined {
  if (PROBLEMS[problem.slug].fault !== 'passing') return undefined
  return Math.max(1, Math.ceil(problem.retryAfterSeconds ?? Math.random() * 3))
}

/** The header fields and the body that a problem of a whole request is answered with. */
export function problemAnswer(problem: Problem, requestId: string) {
  const fields: Record<string, string> = { 'content-type': PROBLEM_MEDIA_TYPE, ...problem.headers }
  const seconds = retryAfterSeconds(problem)
  if (seconds !== undefined) fields['retry-after'] = String(seconds)
  return { fields, body: JSON.stringify({ ...problemDocument(problem), requestId }) }
}

/** Answers with the problem's status, header fields and document. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { fields, body } = problemAnswer(problem, reply.request.id)
  return reply.code(problem.status).headers(fields).send(body)
}
