import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { freePorts } from '../../../dev/kafka/ports.ts'
import { whyNotReady } from '../../../src/tools/gateway/readiness.ts'

async function serverOf(t: TestContext, listener: RequestListener): Promise<URL> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/pos/`)
}

const answering = (status: number, text: string): RequestListener => {
  return ({ url }, response) => void response.writeHead(url === '/pos/readyz' ? status : 500).end(text)
}

test('a gateway that is not ready says so, and where the reasons are', async (t) => {
  const url = await serverOf(t, answering(503, '{"ready":false}'))
  assert.equal(await whyNotReady(url), 'the gateway is not ready: its log and /readyz on its ADMIN_PORT say why')
})

test('an operator’s listener gives its reasons, in one line', async (t) => {
  const reasons = JSON.stringify({ ready: false, reasons: ['topic x is missing\n\u001b[31m', 'draining'] })
  assert.equal(
    await whyNotReady(await serverOf(t, answering(503, reasons))),
    'the gateway is not ready: topic x is missing\\n\\x1b[31m; draining',
  )
})

test('one that is ready has nothing to say', async (t) => {
  const ready = JSON.stringify({ ready: true })
  assert.equal(await whyNotReady(await serverOf(t, answering(200, ready))), undefined)
})

test('what is no gateway, or does not answer, is told', async (t) => {
  const other = await serverOf(t, answering(404, '<html>'))
  assert.equal(await whyNotReady(other), `${other}readyz answered 404: is it a gateway?`)
  const silent = await serverOf(t, () => {})
  assert.equal(await whyNotReady(silent, 100), `${silent} gave no answer within 0.1 s`)
  const [port] = (await freePorts(1)) as [number]
  assert.equal(
    await whyNotReady(new URL(`http://127.0.0.1:${port}/`)),
    `no answer: 127.0.0.1:${port}: nothing listens there (connection refused)`,
  )
})
