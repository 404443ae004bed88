import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { FastifySchemaCompiler } from 'fastify'
import { Problem } from '../errors.ts'
import type { Violation } from '../invoice/violation.ts'

const POINTERS: Readonly<Record<string, string>> = { params: '/path', headers: '/headers', querystring: '/query' }

/**
 * Fastify's validator compiler: path and header parameters are checked against their TypeBox schema without coercion;
 * what is not as documented is a `Problem` that points at each. Bodies are not checked here: `ingest` does that on the
 * bytes, and a route's body schema is documentation.
 */
export const compileParameterCheck: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return () => true
  const check = TypeCompiler.Compile(schema)
  return (value: unknown) => {
    if (check.Check(value)) return true
    const errors: Violation[] = []
    for (const { path, message } of check.Errors(value))
      errors.push({ pointer: `${POINTERS[httpPart ?? ''] ?? ''}${path}`, code: 'parameter', detail: message })
    return { error: new Problem('bad-request', 'A path or header parameter is not as documented.', { errors }) }
  }
}
