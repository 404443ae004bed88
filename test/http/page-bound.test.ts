import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Senders } from '../../src/admission/senders.ts'
import { assertProblem, JSON_HEADERS, POST, testApp } from './test-app.ts'

const PAGES = ['/', '/problems', '/problems/invalid-invoice', '/openapi.json', '/asyncapi.json', '/invoice.schema.json']

test('whoever asks for pages without end gets 429 while tills send; others get their pages, and its tills receipts', async (t) => {
  const limits = { maxConnections: 10, memoryBytes: 1e6, uploadMemoryBytes: 1e6, timeShare: 1e-6 }
  const { app, contract } = await testApp(t, { senders: new Senders(limits) })
  const get = (url: string, remoteAddress: string) => app.inject({ url, remoteAddress })
  const post = async (remoteAddress: string) =>
    (await app.inject({ method: 'POST', url: POST, headers: JSON_HEADERS, payload: '{}', remoteAddress })).statusCode
  for (let i = 0; i < 500; i++) assert.equal((await get('/problems', '10.0.0.7')).statusCode, 200)
  assert.deepEqual([await post('10.0.0.8'), await post('10.0.0.7')], [201, 201])
  const refused = PAGES.map(async (url) => {
    assert.equal((await get(url, '10.0.0.8')).statusCode, 200)
    const answer = await get(url, '10.0.0.7')
    assertProblem(contract('GET', url.replace('invalid-invoice', '{slug}'), answer), 'sender-limit', 429)
  })
  await Promise.all(refused)
  assert.equal((await get('/livez', '10.0.0.7')).statusCode, 200)
  assert.equal(await post('10.0.0.7'), 201)
})
