import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Senders } from '../../src/admission/senders.ts'
import { assertProblem, testApp } from './test-app.ts'

const PAGES = ['/', '/problems', '/problems/invalid-invoice', '/openapi.json']

test('whoever asks for pages without end gets 429 while others send, and others get their pages', async (t) => {
  const limits = { maxConnections: 10, memoryBytes: 1e6, uploadMemoryBytes: 1e6, timeShare: 0.5 }
  const { app, contract } = await testApp(t, { senders: new Senders(limits) })
  const get = (url: string, remoteAddress: string) => app.inject({ url, remoteAddress })
  for (let i = 0; i < 2_000; i++) assert.equal((await get('/problems', '10.0.0.7')).statusCode, 200)
  for (const url of PAGES) {
    assert.equal((await get(url, '10.0.0.8')).statusCode, 200)
    const answer = await get(url, '10.0.0.7')
    assertProblem(contract('GET', url.replace('invalid-invoice', '{slug}'), answer), 'sender-limit', 429)
  }
  assert.equal((await get('/livez', '10.0.0.7')).statusCode, 200)
})
