import { randomBytes } from 'node:crypto'
import { type Attack, head, JSON_TYPE, POST, request } from './attack.ts'
import { newSale } from './bodies.ts'
import { flood, get } from './uses.ts'

/** Requests without a body, eight at a time on each connection. */
const gets = (name: string, what: string, text: string | (() => string), hasBodies = true): Attack => ({
  name,
  what,
  connections: 16,
  use: flood(text, { pipelined: 8, hasBodies }),
})

/** The one invoice of each connection that sends no other. */
const repeated: Buffer[] = []
const invalid = Buffer.from('{"schemaVersion":"1.0"}')

/** Attacks by many small requests. */
export const REQUEST_ATTACKS: readonly Attack[] = [
  gets('not-found', 'paths that do not exist', () => get(`/${randomBytes(8).toString('hex')}`)),
  gets('livez', '/livez', get('/livez')),
  gets('readyz', '/readyz', get('/readyz')),
  gets('openapi', '/openapi.json', get('/openapi.json')),
  gets('problem-pages', '/problems', get('/problems')),
  gets('head', 'HEAD /readyz', head('HEAD /readyz'), false),
  gets('options', 'OPTIONS /v1/invoices', head('OPTIONS /v1/invoices')),
  gets('unknown-methods', 'PROPFIND /v1/invoices', head('PROPFIND /v1/invoices')),
  gets('bad-paths', 'paths that cannot be decoded', get('/v1/stores/%ff/%zz')),
  {
    name: 'no-http',
    what: 'bytes that are no HTTP',
    connections: 16,
    use: async (connection) => {
      await connection.send('this is no HTTP\r\n\r\n')
      await connection.closed
    },
  },
  {
    name: 'long-headers',
    what: '20 KB of header fields',
    connections: 16,
    use: async (connection) => {
      await connection.send(head(POST, { 'x-long': 'x'.repeat(20_000) }))
      await connection.closed
    },
  },
  {
    name: 'invalid-posts',
    what: 'small invoices that are refused',
    connections: 16,
    use: flood(() => request(POST, JSON_TYPE, invalid)),
  },
  {
    name: 'no-type',
    what: 'posts without a Content-Type',
    connections: 16,
    use: flood(() => request(POST, {}, invalid)),
  },
  {
    name: 'same-invoice',
    what: 'one invoice again and again',
    connections: 16,
    use: flood((index) => {
      repeated[index] ??= newSale(index)
      return request(POST, JSON_TYPE, repeated[index])
    }),
  },
  {
    name: 'idempotency-keys',
    what: 'a new Idempotency-Key of 200 characters for each post',
    connections: 16,
    use: flood((index) => {
      const key = { 'idempotency-key': `"${randomBytes(100).toString('hex')}"` }
      return request(POST, { ...JSON_TYPE, ...key }, newSale(index))
    }),
  },
]
