import { type TSchema, Type } from '@sinclair/typebox'
import { PROBLEMS, type ProblemSlug } from '../errors.ts'
import { problemDocument } from './problem-document.ts'
import { exampleOf } from './problem-texts.ts'

const RETRY_AFTER = {
  'Retry-After': { type: 'integer', minimum: 1, description: 'Seconds, jittered' },
}

/** A reference to a shared schema by its `$id`, typed as `T` for handlers. */
export function sharedSchema<T>($id: string) {
  return Type.Unsafe<T>({ $ref: `${$id}#` })
}

/**
 * A request body that is documented as a shared schema, but reaches its handler as the bytes that were sent. Nothing
 * parses or checks it on the way.
 */
export function sentBytes($id: string) {
  return sharedSchema<Buffer>($id)
}

/**
 * The schema of NDJSON. For clients it is text. `contentSchema` says what is in it: an array, as OpenAPI 3.2 describes
 * lines. Its media type is the one that the schema belongs to.
 */
export function jsonLines(line: TSchema, description: string) {
  return Type.String({ contentSchema: Type.Array(line), description })
}

/** An answer with a body of one media type, for Fastify's serialiser and for the OpenAPI document. */
export function response(
  description: string,
  mediaType: string,
  schema: TSchema,
  more: { headers?: object; examples?: object } = {},
) {
  const { headers, examples } = more
  const media = examples === undefined ? { schema } : { schema, examples }
  return { description, ...(headers === undefined ? {} : { headers }), content: { [mediaType]: media } }
}

/** The beginning of a page with this title, for the OpenAPI document. */
export function htmlExample(title: string): string {
  return `<!doctype html>\n<html lang="en">\n<head>\n<title>${title}</title>\n...`
}

/**
 * The problem answers of a route by status, with the titles of its problems and an example of each. All of it comes
 * from the table of problems, so the document cannot go stale.
 */
export function problemResponses(slugs: readonly ProblemSlug[]) {
  const byStatus = Map.groupBy(slugs, (slug) => PROBLEMS[slug].status)
  return Object.fromEntries([...byStatus].map(([status, sameStatus]) => [status, problemResponse(sameStatus)]))
}

function problemResponse(slugs: readonly ProblemSlug[]) {
  const description = slugs.map((slug) => `\`${slug}\`: ${PROBLEMS[slug].title}.`).join(' ')
  const headers = slugs.some((slug) => PROBLEMS[slug].fault === 'passing') ? { headers: RETRY_AFTER } : {}
  const examples = Object.fromEntries(slugs.map((slug) => [slug, { value: problemDocument(exampleOf(slug)) }]))
  return response(description, 'application/problem+json', sharedSchema('Problem'), { ...headers, examples })
}
