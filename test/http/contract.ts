import assert from 'node:assert/strict'
import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

type Json = Record<string, unknown>

const compiled = new WeakMap<object, { ajv: Ajv2020; validators: Map<string, ValidateFunction> }>()

/**
 * Asserts that an answer is one that the OpenAPI document announces: the status is listed for the operation, with this
 * media type, and the body is valid against its schema. `routePattern` is the path as in the document
 * (`/problems/{slug}`) or as in the route (`/problems/:slug`). A JSON body may be given as text or parsed.
 */
export function assertMatchesContract(
  openapi: object,
  method: string,
  routePattern: string,
  status: number,
  contentType: string | undefined,
  body: unknown,
): void {
  const path = routePattern.replaceAll(/:(\w+)/g, '{$1}')
  const where = `${method} ${path} ${status}`
  const answer = at(openapi, 'paths', path, method.toLowerCase(), 'responses', String(status))
  assert.ok(answer !== undefined, `${where} is not in the document`)
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  const media = at(answer, 'content', mediaType)
  assert.ok(media !== undefined, `${where} is not documented as ${mediaType || 'having no media type'}`)

  const value = /\bjson$/.test(mediaType) && typeof body === 'string' ? JSON.parse(body) : body
  const pointer = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', mediaType, 'schema']
  const errors = schemaErrors(openapi, `#/${pointer.map(escapePointer).join('/')}`, value)
  assert.deepEqual(errors, [], `${where} does not match its schema: ${JSON.stringify(value)}`)
}

/** What is wrong with `value` by the schema at `pointer` (`#/components/schemas/Invoice`) of an OpenAPI document. */
export function schemaErrors(openapi: object, pointer: string, value: unknown): string[] {
  let known = compiled.get(openapi)
  if (known === undefined) {
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false })
    addFormats.default(ajv)
    ajv.addSchema(openapi, 'openapi.json')
    known = { ajv, validators: new Map() }
    compiled.set(openapi, known)
  }
  const { ajv, validators } = known
  const validate = validators.get(pointer) ?? ajv.compile({ $ref: `openapi.json${pointer}` })
  validators.set(pointer, validate)
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** What is found in `value` by following `keys`; `undefined` where the way ends. */
export function at(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>((found, key) => (found as Json | undefined)?.[key], value)
}

/** A key as part of a JSON pointer in a URI fragment. */
export function escapePointer(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
}
