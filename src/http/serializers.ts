import {
  type SerializerCompiler,
  type SerializerFactory,
  SerializerSelector,
} from '@fastify/fast-json-stringify-compiler'

const buildCompiler = SerializerSelector()
/** By the shared schemas, as JSON, and then by the schema. */
const compiled = new Map<string, Map<string, ReturnType<SerializerCompiler>>>()

/**
 * Fastify's own serializers, but those of equal schemas are one. To compile one takes a millisecond, and a listener has
 * about a hundred answers: most of them are problem documents.
 */
export const sharedSerializers: SerializerFactory = (sharedSchemas, options) => {
  const compile = buildCompiler(sharedSchemas, options)
  const key = JSON.stringify([sharedSchemas, options])
  const known = compiled.get(key) ?? new Map<string, ReturnType<SerializerCompiler>>()
  compiled.set(key, known)
  return (route) => {
    const schema = JSON.stringify(route.schema)
    const serialize = known.get(schema) ?? compile(route)
    known.set(schema, serialize)
    return serialize
  }
}
