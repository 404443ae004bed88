import swagger, { type StaticDocumentSpec } from '@fastify/swagger'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import packageJson from '../../package.json' with { type: 'json' }
import { TILL_RULE } from '../errors.ts'
import { PATH_EXAMPLES, REQUEST_EXAMPLES } from './examples.ts'
import { withNamedComponents } from './openapi-components.ts'
import { problemResponses, response } from './responses.ts'

const description = `Tillgate takes invoices from points of sale and stores them in Apache Kafka.
An invoice that was answered with 201 is in Kafka: once, in its store's order, byte for byte as the till sent it. A till
that was not told the outcome sends the invoice again, which can make a second, equal record. The record with the lowest
offset is the invoice.

**What a till does with an answer.** ${TILL_RULE}

[Every problem](/problems) has a page: what it means, what is known about the invoice, and what to do about it.`

const document = {
  openapi: '3.1.0',
  info: {
    title: 'Tillgate',
    version: packageJson.version,
    summary: packageJson.description,
    description,
    license: { name: 'Apache 2.0', identifier: packageJson.license },
  },
  servers: [{ url: '/', description: 'The instance that serves this document' }],
  security: [],
  components: {
    securitySchemes: {
      token: {
        type: 'http' as const,
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'Asked for with `AUTH=required`.',
      },
    },
  },
  tags: [
    { name: 'invoices', description: 'Taking invoices' },
    { name: 'problems', description: 'What every problem means, and what to do about it' },
    { name: 'operations', description: 'Health and this document' },
  ],
}

/**
 * Collects the schemas of all routes that are registered later into one OpenAPI 3.1 document. Shared schemas become
 * components under their `$id`, parts of them under their title.
 */
export async function collectOpenapi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: document,
    transformObject: (transformed) => {
      if (!('openapiObject' in transformed)) return transformed.swaggerObject
      addRequestExamples(transformed.openapiObject.paths ?? {})
      return withNamedComponents(transformed.openapiObject)
    },
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `schema-${i}`) },
  })
}

interface Operation {
  operationId?: string
  parameters?: { name: string; in: string; example?: string }[]
  requestBody?: { content: Record<string, { examples?: unknown }> }
}

/** Adds the examples of what clients send. In the routes, they would be lost beside the `$ref` of a body. */
function addRequestExamples(paths: object): void {
  const operations = Object.values(paths).flatMap((path) => Object.values<Operation>(path))
  for (const { operationId = '', parameters = [], requestBody } of operations) {
    for (const [mediaType, media] of Object.entries(requestBody?.content ?? {}))
      media.examples = REQUEST_EXAMPLES[operationId]?.[mediaType]
    for (const parameter of parameters) {
      const value = PATH_EXAMPLES[parameter.name]
      if (parameter.in === 'path' && value !== undefined) parameter.example = value
    }
  }
}

export type OpenapiDocument = StaticDocumentSpec['document']

/** Gives `app` the document of an app on another port, for `docsPage`. Without `servers`: it is not about this port. */
export async function adoptOpenapi(app: FastifyInstance, document: OpenapiDocument): Promise<void> {
  await app.register(swagger, { mode: 'static', specification: { document: { ...document, servers: [] } } })
}

/** Serves `/openapi.json`. */
export function openapiRoute(app: FastifyInstance): void {
  let json: Buffer | undefined
  app.get('/openapi.json', { schema: openapiSchema }, (_request, reply) => {
    json ??= Buffer.from(JSON.stringify(app.swagger()))
    return reply.header('content-type', 'application/json; charset=utf-8').send(json)
  })
}

const BEGINNING = {
  openapi: document.openapi,
  info: { title: document.info.title, version: document.info.version },
}

const openapiSchema = {
  tags: ['operations'],
  operationId: 'getOpenapi',
  summary: 'This document',
  response: {
    200: response('OpenAPI 3.1.', 'application/json', Type.Object({}, { additionalProperties: true }), {
      examples: { openapi: { summary: 'The beginning', value: BEGINNING } },
    }),
    ...problemResponses(['sender-limit']),
  },
}
