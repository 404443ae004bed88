import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'

/**
 * Fastify's validator compiler: path and header parameters are checked against their TypeBox schema without coercion.
 * Bodies are not checked here: `ingest` does that on the bytes, and a route's body schema is documentation.
 */
export const compileParameterCheck: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return () => true
  const check = TypeCompiler.Compile(schema)
  return (value: unknown) => {
    if (check.Check(value)) return true
    const error: FastifySchemaValidationError[] = []
    for (const { path, message } of check.Errors(value)) {
      error.push({ keyword: 'parameter', instancePath: path, schemaPath: '', params: {}, message })
    }
    return { error }
  }
}
