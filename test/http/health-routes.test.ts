import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { testApp } from './test-app.ts'

suite('health', () => {
  test('/livez is 200 whatever the readiness is', async (t) => {
    const { app, contract } = await testApp(t, { isReady: () => false, isDraining: () => true })
    const answer = await app.inject('/livez')
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(contract('GET', '/livez', answer), { live: true })
  })

  test('/readyz is 200 when ready', async (t) => {
    const { app, contract } = await testApp(t)
    const answer = await app.inject('/readyz')
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(contract('GET', '/readyz', answer), { ready: true })
  })

  test('/readyz is 503 when not, and gives no reasons', async (t) => {
    const { app, contract } = await testApp(t, { isReady: () => false })
    const answer = await app.inject('/readyz')
    assert.equal(answer.statusCode, 503)
    assert.deepEqual(contract('GET', '/readyz', answer), { ready: false })
  })

  test('/readyz is 503 while draining, even when all else is well', async (t) => {
    const { app, contract } = await testApp(t, { isDraining: () => true })
    const answer = await app.inject('/readyz')
    assert.equal(answer.statusCode, 503)
    assert.deepEqual(contract('GET', '/readyz', answer), { ready: false })
  })

  test('HEAD is answered too', async (t) => {
    const { app } = await testApp(t)
    const answer = await app.inject({ method: 'HEAD', url: '/readyz' })
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.body, '')
  })
})
