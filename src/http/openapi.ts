import { readFile } from 'node:fs/promises'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import packageJson from '../../package.json' with { type: 'json' }
import { TILL_RULE } from '../errors.ts'
import { response } from './responses.ts'

const description = `Tillgate takes invoices from points of sale and stores them in Apache Kafka.
An invoice that was answered with 201 is in Kafka: once, in its store's order, byte for byte as the till sent it. A till
that was not told the outcome sends the invoice again, which can make a second, equal record. The record with the lowest
offset is the invoice.

**What a till does with an answer.** ${TILL_RULE}`

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
  tags: [
    { name: 'invoices', description: 'Taking invoices' },
    { name: 'problems', description: 'What every problem means, and what to do about it' },
    { name: 'operations', description: 'Health, metrics and this document' },
  ],
}

/**
 * Collects the schemas of all routes that are registered later into one OpenAPI 3.1 document. Shared schemas become
 * components under their `$id`.
 */
export async function collectOpenapi(app: FastifyInstance): Promise<void> {
  const examples = await requestExamples()
  await app.register(swagger, {
    openapi: document,
    transformObject: (transformed) => {
      if (!('openapiObject' in transformed)) return transformed.swaggerObject
      addExamples(transformed.openapiObject.paths ?? {}, examples)
      return transformed.openapiObject
    },
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `schema-${i}`) },
  })
}

const EXAMPLES = { sale: 'A sale', return: 'A return that refers to its sale' }

type RequestExamples = Record<string, { summary: string; value: unknown }>

/**
 * Example invoices for the OpenAPI document by name, from `openapi/examples`. Without those files, the document has no
 * examples.
 */
async function requestExamples(): Promise<RequestExamples> {
  const found: RequestExamples = {}
  for (const [name, summary] of Object.entries(EXAMPLES)) {
    const file = new URL(`../../openapi/examples/${name}.json`, import.meta.url)
    const text = await readFile(file, 'utf8').catch(() => null)
    if (text !== null) found[name] = { summary, value: JSON.parse(text) }
  }
  return found
}

interface Operation {
  requestBody?: { content: Record<string, { examples?: RequestExamples }> }
}

/** Adds the examples to each operation that takes one invoice. Beside a `$ref` in a schema they would be lost. */
function addExamples(paths: object, examples: RequestExamples): void {
  for (const path of Object.values(paths) as Record<string, Operation>[]) {
    for (const { requestBody } of Object.values(path)) {
      const [media, ...others] = Object.values(requestBody?.content ?? {})
      if (media !== undefined && others.length === 0) media.examples = examples
    }
  }
}

/** Serves `/openapi.json`, and `/docs` to read it and try it out. The page loads nothing from other hosts. */
export async function openapiRoutes(app: FastifyInstance): Promise<void> {
  let json: string | undefined
  app.get('/openapi.json', { schema: openapiSchema }, (_request, reply) => {
    json ??= JSON.stringify(app.swagger())
    return reply.header('content-type', 'application/json; charset=utf-8').send(json)
  })

  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CONTENT_SECURITY_POLICY,
    uiConfig: { docExpansion: 'list', deepLinking: true },
    theme: { title: 'Tillgate API' },
  })
}

// Swagger UI sets style attributes; its scripts are files.
const DOCS_CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const openapiSchema = {
  tags: ['operations'],
  operationId: 'getOpenapi',
  summary: 'This document',
  response: {
    200: response('OpenAPI 3.1.', 'application/json', Type.Object({}, { additionalProperties: true })),
  },
}
