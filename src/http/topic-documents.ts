import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { asyncapiDocument } from '../asyncapi/document.ts'
import { invoiceJsonSchema } from '../invoice/json-schema.ts'
import { problemResponses, response } from './responses.ts'

/** Serves `/asyncapi.json`, for whoever reads the topics, and beside it the schema of the invoice that it refers to. */
export function topicDocuments(app: FastifyInstance): void {
  serve(app, '/asyncapi.json', asyncapiDocument, {
    operationId: 'getAsyncapi',
    summary: 'What is in the topics: records, keys, headers',
    description: 'AsyncAPI 3.0.',
    beginning: { asyncapi: '3.0.0', info: { title: 'Tillgate' } },
  })
  serve(app, '/invoice.schema.json', invoiceJsonSchema, {
    operationId: 'getInvoiceSchema',
    summary: 'The schema of the invoice on its own',
    description: 'JSON Schema 2020-12.',
    beginning: { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Invoice' },
  })
}

interface Words {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  /** An example of its beginning. */
  readonly beginning: object
}

function serve(app: FastifyInstance, path: string, make: () => object, words: Words): void {
  const { operationId, summary, description, beginning } = words
  const schema = {
    tags: ['operations'],
    operationId,
    summary,
    response: {
      200: response(description, 'application/json', Type.Object({}, { additionalProperties: true }), {
        examples: { [operationId]: { summary: 'The beginning', value: beginning } },
      }),
      ...problemResponses(['sender-limit']),
    },
  }
  let json: Buffer | undefined
  app.get(path, { schema }, (_request, reply) => {
    json ??= Buffer.from(JSON.stringify(make()))
    return reply.header('content-type', 'application/json; charset=utf-8').send(json)
  })
}
