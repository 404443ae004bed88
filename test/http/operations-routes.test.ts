import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { testApp } from './test-app.ts'

suite('health', () => {
  test('/livez is 200 whatever the readiness is', async (t) => {
    const { app, contract } = await testApp(t, {
      readiness: () => ({ ready: false, reasons: ['stuck'] }),
      isDraining: () => true,
    })
    const answer = await app.inject('/livez')
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(contract('GET', '/livez', answer), { live: true })
  })

  test('/readyz is 200 when ready', async (t) => {
    const { app, contract } = await testApp(t)
    const answer = await app.inject('/readyz')
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(contract('GET', '/readyz', answer), { ready: true, reasons: [] })
  })

  test('/readyz is 503 with the reasons when not', async (t) => {
    const { app, contract } = await testApp(t, { readiness: () => ({ ready: false, reasons: ['partitions'] }) })
    const answer = await app.inject('/readyz')
    assert.equal(answer.statusCode, 503)
    assert.deepEqual(contract('GET', '/readyz', answer), { ready: false, reasons: ['partitions'] })
  })

  test('/readyz is 503 while draining, even when all else is well', async (t) => {
    const { app, contract } = await testApp(t, { isDraining: () => true })
    const answer = await app.inject('/readyz')
    assert.equal(answer.statusCode, 503)
    assert.deepEqual(contract('GET', '/readyz', answer), { ready: false, reasons: ['draining'] })
  })

  test('HEAD is answered too', async (t) => {
    const { app } = await testApp(t)
    const answer = await app.inject({ method: 'HEAD', url: '/readyz' })
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.body, '')
  })
})

suite('/metrics', () => {
  test('is what it was given, as it was given', async (t) => {
    const { app, contract } = await testApp(t)
    const answer = await app.inject('/metrics')
    contract('GET', '/metrics', answer)
    assert.equal(answer.body, 'up 1\n')
    assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  })

  test('is not here where it has a port of its own', async (t) => {
    const { app } = await testApp(t, {}, { serveMetrics: false })
    assert.equal((await app.inject('/metrics')).statusCode, 404)
  })

  test('that fail are a problem', async (t) => {
    const { app, contract } = await testApp(t, { metrics: () => Promise.reject(new Error('secret')) })
    const answer = await app.inject('/metrics')
    assert.equal(contract('GET', '/metrics', answer).type, '/problems/internal-error')
    assert.doesNotMatch(answer.body, /secret/)
  })
})
