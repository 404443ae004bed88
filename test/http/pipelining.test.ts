import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../src/errors.ts'
import { message, rawSocket } from './raw-socket.ts'
import { JSON_HEADERS, listen, RECEIPT, testApp } from './test-app.ts'

const LIVEZ = message('GET /livez')
const POSTED = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': 2 }, '{}')
const answersIn = (received: string) => received.match(/HTTP\/1.1 20/g)?.length ?? 0

test('a few requests of a connection may wait for their answers, again and again', async (t) => {
  const { app } = await testApp(t)
  const raw = rawSocket(await listen(app), '')
  for (let times = 1; times <= 5; times++) {
    raw.socket.write(POSTED.repeat(4) + LIVEZ.repeat(4))
    while (answersIn(raw.received()) < 8 * times) await new Promise(setImmediate)
  }
  raw.socket.destroy()
})

for (const [what, text] of [
  ['probes that are answered at once', LIVEZ],
  ['posts that wait for Kafka', POSTED],
] as const)
  test(`a connection with many ${what} is closed, and few of them are looked at`, async (t) => {
    const kafka = Promise.withResolvers<typeof RECEIPT>()
    const { app, memory, requests, answers } = await testApp(t, { ingest: () => kafka.promise })
    const raw = rawSocket(await listen(app), text.repeat(1_000))
    assert.ok(answersIn(await raw.closed) <= 8)
    assert.ok(requests.length <= 8, `${requests.length}`)
    kafka.resolve(RECEIPT)
    while (answers.length < requests.length) await new Promise(setImmediate)
    assert.equal(memory.usedBytes, 0)
    assert.equal((await app.inject('/livez')).statusCode, 200)
  })

test('a connection with many uploads that are refused once they are read is closed, too', async (t) => {
  const refused = () => Promise.reject(new Problem('saturated', 'Too many.'))
  const { app, answers } = await testApp(t, { ingestUpload: refused })
  const upload = message(
    'POST /v1/invoices/batch',
    { 'content-type': 'application/x-ndjson', 'content-length': 2 },
    '{}',
  )
  const raw = rawSocket(await listen(app), upload.repeat(1_000))
  await raw.closed
  assert.ok(answers.length <= 16, `${answers.length}`)
})

test('what stands behind is not even parsed, and the next connections are as good as any', async (t) => {
  const { app } = await testApp(t)
  let started = 0
  app.server.on('request', () => started++)
  const port = await listen(app)
  for (let times = 1; times <= 20; times++) {
    await rawSocket(port, LIVEZ.repeat(1_000)).closed
    assert.ok(started <= 20 * times, `${started} after ${times}`)
  }
  for (let times = 0; times < 40; times++) {
    const raw = rawSocket(port, LIVEZ.repeat(4) + POSTED.repeat(2))
    while (answersIn(raw.received()) < 6) await new Promise(setImmediate)
    raw.socket.destroy()
  }
})
