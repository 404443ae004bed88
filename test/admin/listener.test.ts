import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import openapi from '../../openapi/openapi.json' with { type: 'json' }
import { startAdminListener } from '../../src/admin/listener.ts'
import type { Operations } from '../../src/admin/operator-routes.ts'
import { message, parseAnswer, rawSocket } from '../http/raw-socket.ts'

const OPENAPI = openapi as unknown as Operations['openapi']

async function start(t: TestContext, changes: Partial<Operations> = {}, maxConnections = 10) {
  const lines: string[] = []
  const admin = await startAdminListener(
    {
      readiness: () => ({ ready: true, reasons: [] }),
      metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', body: 'up 1\n' }),
      openapi: OPENAPI,
      ...changes,
    },
    {
      host: '127.0.0.1',
      port: 0,
      maxConnections,
      logger: pino({ level: 'info' }, { write: (line) => lines.push(line) }),
    },
  )
  t.after(() => admin.stop())
  return { ...admin, port: Number(new URL(admin.url).port), lines }
}

test('metrics, liveness and readiness are there, and no invoices', async (t) => {
  const { url } = await start(t)
  const metrics = await fetch(`${url}/metrics`)
  assert.equal(metrics.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(metrics.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(await metrics.text(), 'up 1\n')
  assert.deepEqual(await (await fetch(`${url}/livez`)).json(), { live: true })
  assert.deepEqual(await (await fetch(`${url}/readyz`)).json(), { ready: true, reasons: [] })
  assert.equal((await fetch(`${url}/v1/invoices`, { method: 'POST' })).status, 404)
})

test('an instance that is ready may have warnings', async (t) => {
  const { url } = await start(t, { readiness: () => ({ ready: true, reasons: [], warnings: ['another topic'] }) })
  const answer = await fetch(`${url}/readyz`)
  assert.equal(answer.status, 200)
  assert.deepEqual(await answer.json(), { ready: true, reasons: [], warnings: ['another topic'] })
})

test('readiness comes with its reasons', async (t) => {
  const { url } = await start(t, { readiness: () => ({ ready: false, reasons: ['no broker answers'] }) })
  const answer = await fetch(`${url}/readyz`)
  assert.equal(answer.status, 503)
  assert.deepEqual(await answer.json(), { ready: false, reasons: ['no broker answers'] })
})

test('the start page lists what is there', async (t) => {
  const { url } = await start(t)
  const page = await (await fetch(url)).text()
  const links = [...page.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => String(href))
  for (const needed of ['/metrics', '/readyz', '/livez', '/docs', '/problems'])
    assert.ok(links.includes(needed), needed)
  for (const link of links) assert.equal((await fetch(url + link)).status, 200, link)
})

test('the API is documented to read: its page has no form, because this port takes no invoices', async (t) => {
  const { url } = await start(t)
  const script = await (await fetch(`${url}/docs/static/swagger-initializer.js`)).text()
  assert.match(script, /"supportedSubmitMethods":\[\]/)
  const { paths, servers } = (await (await fetch(`${url}/docs/json`)).json()) as typeof openapi
  assert.deepEqual(paths, openapi.paths)
  assert.deepEqual(servers, [])
})

test('a scrape that fails is a 500 that quotes nothing, and a line of the log', async (t) => {
  const { url, lines } = await start(t, { metrics: () => Promise.reject(new Error('marker')) })
  const answer = await fetch(`${url}/metrics`)
  assert.equal(answer.status, 500)
  assert.doesNotMatch(await answer.text(), /marker/)
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).msg),
    ['a request failed: answered 500'],
  )
})

test('unknown paths and methods, header fields that are too long and bad HTTP are problems', async (t) => {
  const { url, port } = await start(t)
  for (const path of ['/nope', '/metrics%00', '/docs/static/%00', '/docs/static/..%5c..%5cpackage.json'])
    assert.equal((await fetch(url + path)).status, 404, path)
  assert.equal((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status, 405)
  const long = rawSocket(port, message('GET /metrics', { 'x-long': 'x'.repeat(9_000) }))
  assert.equal(parseAnswer(await long.closed).statusCode, 431)
  assert.equal(parseAnswer(await rawSocket(port, 'nonsense\r\n\r\n').closed).statusCode, 400)
})

test('it takes no more connections than it is told to', async (t) => {
  const { port } = await start(t, {}, 1)
  const first = rawSocket(port, message('GET /livez'))
  await first.until('{"live":true}')
  assert.equal(await rawSocket(port, message('GET /livez')).closed, '')
  first.socket.destroy()
})

test('stopping waits for no connection, used or silent, and may be asked for twice', async (t) => {
  const { port, stop } = await start(t)
  const used = rawSocket(port, message('GET /livez'))
  await used.until('true')
  const silent = rawSocket(port, '')
  await new Promise((resolve) => silent.socket.once('connect', resolve))
  await stop()
  await Promise.all([used.closed, silent.closed])
})

test('a port that is taken is an error', async (t) => {
  const { port } = await start(t)
  const operations = {
    readiness: () => ({ ready: true, reasons: [] }),
    metrics: () => Promise.reject(),
    openapi: OPENAPI,
  }
  const options = { host: '127.0.0.1', port, maxConnections: 1, logger: pino({ level: 'silent' }) }
  await assert.rejects(startAdminListener(operations, options), { code: 'EADDRINUSE' })
})

test('a body that nobody reads is passed over, and the connection closed behind the answer', async (t) => {
  const { port } = await start(t)
  const chunks = '1\r\nx\r\n'.repeat(1_000)
  for (const path of ['/metrics', '/readyz', '/docs']) {
    const raw = rawSocket(port, message(`GET ${path}`, { 'transfer-encoding': 'chunked' }, chunks))
    assert.match(await raw.closed, /^HTTP\/1.1 200 /, path)
  }
})

test('CONNECT and a flood of requests on one connection are refused as on the port of the tills', async (t) => {
  const { port } = await start(t)
  const answer = parseAnswer(await rawSocket(port, message('CONNECT example.com:443')).closed)
  assert.equal(answer.statusCode, 405)
  assert.match(JSON.parse(answer.body).requestId, /^[0-9a-f]{8}-\w+$/)
  const received = await rawSocket(port, message('GET /livez').repeat(100)).closed
  assert.ok((received.match(/HTTP\/1.1 200/g)?.length ?? 0) <= 8)
})
