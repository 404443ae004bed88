import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fastify } from 'fastify'
import { TimeShare } from '../../src/admission/time-share.ts'
import { healthRoutes } from '../../src/http/health-routes.ts'
import { message, rawSocket } from './raw-socket.ts'
import { listen, testApp } from './test-app.ts'

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

  test('is said late to a connection that asks for it all the time; other connections do not wait', async (t) => {
    const app = fastify()
    t.after(() => app.close())
    healthRoutes(app, () => true, { probes: () => new TimeShare({ share: 1e-6, burstMs: 0.35 }) })
    const port = await listen(app)
    const probe = message('GET /livez')
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const busy = rawSocket(port, probe.repeat(4))
    const answers = () => busy.received().split('{"live":true}').length - 1
    while (answers() < 3) await new Promise(setImmediate)
    const other = rawSocket(port, probe)
    await other.until('{"live":true}')
    assert.equal(answers(), 3)
    t.mock.timers.tick(1_000)
    while (answers() < 4) await new Promise(setImmediate)
    for (const { socket } of [busy, other]) socket.destroy()
  })
})
