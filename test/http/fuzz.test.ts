import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { suite, test } from 'node:test'
import { PROBLEMS, Problem, type ProblemSlug } from '../../src/errors.ts'
import { randomFrom } from '../harness/random.ts'
import { at } from './contract.ts'
import { POST, PUT, PUT_PATTERN, RECEIPT, testApp } from './test-app.ts'

const REQUESTS = 2_000
const MAX_INVOICE_BYTES = 400

type Random = (below: number) => number

const HEADER_VALUES: Readonly<Record<string, readonly string[]>> = {
  'content-type': [
    'application/json',
    'application/json',
    'application/json; charset=utf-8',
    'application/json; charset=x',
    'a/b',
    ';',
    '/',
    'application/json;;=',
  ],
  'content-encoding': ['identity', 'gzip', '', 'deflate, br'],
  'idempotency-key': ['k', '', '"quoted"', 'x'.repeat(128), 'x'.repeat(129), '\u00ff'],
  traceparent: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'nonsense', ''],
  expect: ['100-continue', 'nonsense'],
  'content-length': ['0', '1', '399', '400', '401', '99999999999999999999', '-1', 'x', '1e2'],
  accept: ['application/json', 'text/html', '*/*'],
  'x-forwarded-for': ['10.0.0.1'],
}

const SEGMENTS = ['S1', '-', '.', '..', '%2e', '%00', '%F0%9F%92%A9', '%', 's'.repeat(33), 's'.repeat(101), '0', '1e3']
/** What only an upload, one of its invoices, or the question for a cursor is answered with. */
const OF_OTHERS: readonly ProblemSlug[] = ['malformed-upload', 'upload-too-large', 'not-attempted']
const SLUGS = (Object.keys(PROBLEMS) as ProblemSlug[]).filter(
  (slug) => !OF_OTHERS.includes(slug) && !slug.startsWith('cursor'),
)

function randomBody(random: Random): Buffer {
  const bytes = Buffer.alloc(random(MAX_INVOICE_BYTES + 20))
  const printable = random(2) === 0
  for (let i = 0; i < bytes.length; i++) bytes[i] = printable ? 32 + random(95) : random(256)
  return bytes
}

function randomHeaders(random: Random): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, values] of Object.entries(HEADER_VALUES)) {
    const often = name === 'content-type'
    if (random(often ? 20 : 8) < (often ? 19 : 1)) headers[name] = values[random(values.length)] ?? ''
  }
  return headers
}

function randomPath(random: Random): string {
  if (random(3) > 0) return PUT
  const segment = () => SEGMENTS[random(SEGMENTS.length)]
  return `/v1/stores/${segment()}/terminals/${segment()}/journals/${segment()}/invoices/${segment()}`
}

suite('whatever is sent', () => {
  const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))

  test(`is answered as documented (FUZZ_SEED=${seed})`, async (t) => {
    t.diagnostic(`FUZZ_SEED=${seed}`)
    const random = randomFrom(seed).below
    const { app, contract, memory, answers, requests } = await testApp(
      t,
      {
        ingest: async () => {
          const draw = random(SLUGS.length + 12)
          const slug = SLUGS[draw]
          if (slug !== undefined) throw new Problem(slug, 'In words.')
          if (draw === SLUGS.length) throw new RangeError('unexpected')
          return RECEIPT
        },
      },
      { maxInvoiceBytes: MAX_INVOICE_BYTES },
    )
    const openapi = app.swagger()
    const statuses = new Map<number, number>()

    for (let i = 0; i < REQUESTS; i++) {
      const method = random(2) === 0 ? 'POST' : 'PUT'
      const url = method === 'POST' ? POST : randomPath(random)
      const answer = await app.inject({ method, url, headers: randomHeaders(random), payload: randomBody(random) })
      const { statusCode } = answer
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
      // 404 and 405 are answers of a path that is no route, or that ingest made up.
      if (statusCode === 404 || statusCode === 405) {
        const { type, status } = answer.json()
        assert.equal(status, statusCode)
        assert.match(type, /^\/problems\//)
      } else {
        const pattern = method === 'POST' ? POST : PUT_PATTERN
        const body = contract(method, pattern, answer)
        if (statusCode !== 201) {
          assert.equal(body.status, statusCode)
          const announced = at(openapi, 'paths', pattern, method.toLowerCase(), 'responses', String(statusCode))
          const examples = at(announced, 'content', 'application/problem+json', 'examples') as object
          assert.ok(String(body.type).replace('/problems/', '') in examples, `${body.type} is not announced`)
        }
      }
      assert.equal(memory.usedBytes, 0, `request ${i} kept its reservation`)
    }

    t.diagnostic(`answers by status: ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}`)
    assert.ok(requests.length > REQUESTS / 20, 'hardly anything got through')
    assert.ok(answers.length <= REQUESTS)
    for (const status of [201, 400, 413, 415, 422, 500, 503, 504]) assert.ok(statuses.has(status), `no ${status}`)
  })
})
