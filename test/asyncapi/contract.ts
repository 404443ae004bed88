import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { at } from '../http/contract.ts'

/** Where the documents are checked in: a reference from one to another is resolved here. */
const FOLDER = new URL('../../openapi/', import.meta.url)
const read = (name: string): object => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))

export const ASYNCAPI = read('asyncapi.json')

/** A record as clients hand it out. */
export interface ReadRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, unknown>>
}

const ajv = new Ajv({ strict: true })
addFormats.default(ajv)
for (const keyword of ['asyncapi', 'info', 'defaultContentType', 'servers', 'channels', 'operations', 'components'])
  ajv.addKeyword(keyword)
ajv.addSchema({ ...ASYNCAPI, $id: 'asyncapi.json' })

/** The schema at a place of the document, compiled. Throws where it is no schema of draft-07. */
function compiled(pointer: string): ValidateFunction {
  return ajv.getSchema(`asyncapi.json#${pointer}`) as ValidateFunction
}

const ofInvoices = new Map<string, ValidateFunction>()

/** The check of a payload. One that names another dialect is in a document of its own. */
function payloadCheck(pointer: string, payload: unknown): ValidateFunction {
  const format = at(payload, 'schemaFormat')
  if (format === undefined) return compiled(`${pointer}/payload`)
  if (format !== 'application/schema+json;version=draft-2020-12') throw new Error(`unknown dialect ${format}`)
  const name = String(at(payload, 'schema', '$ref'))
  const known = ofInvoices.get(name)
  if (known !== undefined) return known
  const dialect = new Ajv2020({ strict: true })
  addFormats.default(dialect)
  const check = dialect.compile(read(name))
  ofInvoices.set(name, check)
  return check
}

/** What is wrong with a record of this channel by the document that is checked in; nothing if it is as described. */
export function recordErrors(channel: string, { key, value, headers }: ReadRecord): string[] {
  const references = Object.values(Object(at(ASYNCAPI, 'channels', channel, 'messages')))
  const messages = references.map((reference) => String(at(reference, '$ref')).slice(1))
  const text = key === null || !isUtf8(key) ? null : String(key)
  const pointer = messages.find((message) => compiled(`${message}/bindings/kafka/key`)(text))
  if (pointer === undefined) return [`no message of ${channel} has the key ${text}`]
  const message = at(ASYNCAPI, ...pointer.split('/').slice(1))
  return [...headerErrors(pointer, message, headers), ...payloadErrors(pointer, message, value)]
}

function headerErrors(pointer: string, message: unknown, headers: ReadRecord['headers']): string[] {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, headerText(header)]))
  const isDescribed = at(message, 'headers') !== undefined
  const named = isDescribed ? namedIn(at(message, 'headers')) : new Set<string>()
  const unnamed = Object.keys(texts).filter((name) => !named.has(name))
  return [
    ...unnamed.map((name) => `the document has no header ${name}`),
    ...(isDescribed ? errorsOf(compiled(`${pointer}/headers`), texts, 'headers') : []),
  ]
}

/** A header that is not one text is none that a schema could accept. */
function headerText(header: unknown): string | null {
  if (typeof header === 'string') return header
  return header instanceof Uint8Array && isUtf8(header) ? String(header) : null
}

/** The names of the members that a schema has, through its references and `allOf`. */
function namedIn(schema: unknown): Set<string> {
  const reference = at(schema, '$ref')
  if (typeof reference === 'string') return namedIn(at(ASYNCAPI, ...reference.split('/').slice(1)))
  const parts = Object.values<unknown>(Object(at(schema, 'allOf')))
  return new Set([...Object.keys(Object(at(schema, 'properties'))), ...parts.flatMap((part) => [...namedIn(part)])])
}

function payloadErrors(pointer: string, message: unknown, value: Buffer | null): string[] {
  const payload = payloadOf(String(at(message, 'contentType')), value)
  return payload instanceof Error
    ? [`payload: ${payload.message}`]
    : errorsOf(payloadCheck(pointer, at(message, 'payload')), payload, 'payload')
}

function payloadOf(contentType: string, value: Buffer | null): unknown {
  if (value === null) return null
  if (contentType !== 'application/json') return value.toString('latin1')
  try {
    return JSON.parse(String(value))
  } catch (error) {
    return error
  }
}

function errorsOf(check: ValidateFunction, value: unknown, what: string): string[] {
  check(value)
  return (check.errors ?? []).map(({ instancePath, message }) => `${what}${instancePath} ${message}`)
}
