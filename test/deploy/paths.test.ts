import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { type StartBalancer, startHaproxy, startNginx } from '../harness/load-balancer.ts'
import { message, parseAnswer, rawSocket } from '../http/raw-socket.ts'

/** Ways to write the path of something that is not for tills. */
const HOSTILE = [
  '/metrics',
  '/metrics/',
  '/metrics?a=b',
  '/%6Detrics',
  '/%6detrics',
  '//metrics',
  '/x/../metrics',
  '/x/%2e%2e/metrics',
  '/./metrics',
  '/metrics%00',
  '/livez%00/../metrics',
  '/livez/../metrics',
  '/livez%2f..%2fmetrics',
  '/v1/../metrics',
  '/v1/%2e%2e/metrics',
  '/v1/%2E%2E%2Fmetrics',
  '/v1/..%2fmetrics',
  '/v1/..%5cmetrics',
  '/v1/..\\metrics',
  '/v1\\..\\metrics',
  '\\metrics',
  '/v1/%00',
  '/v1/stores/../../metrics',
  '/v1/stores/%2e%2e/%2e%2e/metrics',
  '/v1;a/../metrics',
  '/problems/../docs',
  '/%252e%252e/metrics',
  '/docs',
  '/docs/',
  '/docs/static/%00',
  '/METRICS',
  '/v1',
  '/%zz',
  '/v1/%2',
  'http://gateway/metrics',
  '*',
]

const FOR_TILLS = [
  'GET /',
  'GET /livez',
  'GET /readyz',
  'GET /openapi.json',
  'GET /asyncapi.json',
  'GET /invoice.schema.json',
  'GET /problems',
  'GET /problems/invalid-invoice',
  'POST /v1/invoices',
  'POST /v1/invoices/batch',
  'PUT /v1/stores/DE-0117/terminals/K.03/journals/5d0c9a6e/invoices/1',
  'GET /v1/stores/DE-0117/terminals/K.03/journals/5d0c9a6e?after=1//2/../3',
]

/** A balancer before something that is ready, answers 200 to everything and keeps what it was asked. */
async function startBefore(t: TestContext, start: StartBalancer) {
  const seen: { request: string; headers: NodeJS.Dict<string | string[]> }[] = []
  const server = createServer(({ method, url, headers }, response) => {
    if (headers.host !== 'tillgate' && headers['user-agent'] !== 'node')
      seen.push({ request: `${method} ${url}`, headers })
    response.end('reached')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const balancer = await start([address, address]).catch((error: unknown) => {
    server.close()
    throw error
  })
  t.after(async () => {
    await balancer.stop()
    server.closeAllConnections()
    server.close()
  })
  const ask = async (requestLine: string, headers: Record<string, string> = {}) => {
    const port = Number(new URL(balancer.url).port)
    const raw = rawSocket(port, message(requestLine, { connection: 'close', 'content-length': '0', ...headers }))
    return parseAnswer(await raw.closed)
  }
  return { ask, seen }
}

for (const [name, start] of [
  ['HAProxy', startHaproxy],
  ['nginx', startNginx],
] as const) {
  suite(`through ${name}`, () => {
    test('no way to write a path leads to what is not for tills', async (t) => {
      const { ask, seen } = await startBefore(t, start)
      for (const path of HOSTILE) {
        const { statusCode, body } = await ask(`GET ${path}`)
        assert.match(String(statusCode), /^4\d\d$/, `${path}: ${statusCode} ${body}`)
      }
      assert.deepEqual(seen, [])
    })

    test('what is refused here is a problem document that makes no till put an invoice aside', async (t) => {
      const { ask } = await startBefore(t, start)
      for (const [requestLine, expected] of [
        ['POST /metrics', 404],
        ['POST /%zz', 400],
        ['POST /metrics%00', name === 'nginx' ? 400 : 404],
      ] as const) {
        const { statusCode, headers, body } = await ask(requestLine)
        assert.equal(statusCode, expected, requestLine)
        assert.equal(headers['content-type'], 'application/problem+json')
        const { status, outcome, till } = JSON.parse(body)
        assert.deepEqual([status, outcome, till], [expected, 'rejected', 'resend'])
      }
    })

    test('what is for tills gets through as they wrote it', async (t) => {
      const { ask, seen } = await startBefore(t, start)
      for (const requestLine of FOR_TILLS) assert.equal((await ask(requestLine)).statusCode, 200, requestLine)
      assert.deepEqual(
        seen.map(({ request }) => request),
        FOR_TILLS,
      )
    })

    test('the gateway is told the address of the till, not the one that the till writes', async (t) => {
      const { ask, seen } = await startBefore(t, start)
      await ask('GET /', {
        'x-forwarded-for': '203.0.113.9',
        forwarded: 'for=203.0.113.9',
        'x-forwarded-host': 'other',
      })
      assert.equal(seen[0]?.headers['x-forwarded-for'], '127.0.0.1')
      assert.equal(seen[0]?.headers.forwarded, undefined)
      assert.equal(seen[0]?.headers['x-forwarded-host'], undefined)
    })
  })
}
