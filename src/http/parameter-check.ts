import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { FastifySchemaCompiler } from 'fastify'
import { Problem } from '../errors.ts'
import { schemaDetail } from '../invoice/schema-detail.ts'
import type { Violation } from '../invoice/violation.ts'

const POINTERS: Readonly<Record<string, string>> = { params: '/path', headers: '/headers', querystring: '/query' }

/**
 * Fastify's validator compiler. Checks path and header parameters against their TypeBox schema, without coercion. The
 * error is a `Problem` that points at each wrong parameter. Bodies are not checked here: `ingest` checks their bytes,
 * and a route's body schema is only documentation.
 */
export const compileParameterCheck: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return () => true
  const check = TypeCompiler.Compile(schema)
  return (value: unknown) => {
    if (check.Check(value)) return true
    const errors: Violation[] = []
    for (const error of check.Errors(value)) {
      const pointer = `${POINTERS[httpPart ?? ''] ?? ''}${error.path}`
      errors.push({ pointer, code: 'parameter', detail: schemaDetail('wrong-format', error) })
    }
    return { error: new Problem('bad-request', 'A path or header parameter is not as documented.', { errors }) }
  }
}
