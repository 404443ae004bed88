import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { freePorts } from '../../dev/kafka/ports.ts'
import { startMetricsServer } from '../../src/http/metrics-server.ts'
import type { OperationsDeps } from '../../src/http/operations-routes.ts'
import { message, rawSocket } from './raw-socket.ts'

async function start(t: TestContext, deps: Partial<OperationsDeps> = {}) {
  const [port] = (await freePorts(1)) as [number]
  const stop = await startMetricsServer(
    { host: '127.0.0.1', port },
    {
      readiness: () => ({ ready: true, reasons: [] }),
      isDraining: () => false,
      metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', body: 'up 1\n' }),
      ...deps,
    },
  )
  t.after(stop)
  return { port, url: `http://127.0.0.1:${port}`, stop }
}

test('metrics, liveness and readiness are there, and no invoices', async (t) => {
  const { url } = await start(t)
  const metrics = await fetch(`${url}/metrics`)
  assert.equal(metrics.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(await metrics.text(), 'up 1\n')
  assert.equal((await fetch(`${url}/livez`)).status, 200)
  assert.deepEqual(await (await fetch(`${url}/readyz`)).json(), { ready: true, reasons: [] })
  assert.equal((await fetch(`${url}/v1/invoices`, { method: 'POST' })).status, 404)
})

test('readiness is that of the instance', async (t) => {
  const { url } = await start(t, { readiness: () => ({ ready: false, reasons: ['no broker answers'] }) })
  const answer = await fetch(`${url}/readyz`)
  assert.equal(answer.status, 503)
  assert.deepEqual(await answer.json(), { ready: false, reasons: ['no broker answers'] })
})

test('a scrape that fails is a 500 that quotes nothing', async (t) => {
  const metrics = () => Promise.reject(new Error('marker'))
  const { url } = await start(t, { metrics })
  const answer = await fetch(`${url}/metrics`)
  assert.equal(answer.status, 500)
  assert.doesNotMatch(await answer.text(), /marker/)
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
  const deps = { readiness: () => ({ ready: true, reasons: [] }), isDraining: () => false, metrics: null }
  await assert.rejects(startMetricsServer({ host: '127.0.0.1', port }, deps), { code: 'EADDRINUSE' })
})
