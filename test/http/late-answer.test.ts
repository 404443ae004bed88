import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { answerLate } from '../../src/http/late-answer.ts'
import { message, rawSocket } from './raw-socket.ts'
import { listen } from './test-app.ts'

test('requests whose connection is closed before they are found to be too many leave nothing behind', async (t) => {
  const app = fastify()
  t.after(() => app.close())
  // As when a token is verified, which takes some turns of the event loop.
  const verified = Promise.withResolvers<void>()
  let asked = 0
  const onRequest = (_request: unknown, reply: Parameters<typeof answerLate>[0], done: () => void) => {
    asked++
    void verified.promise.then(() => answerLate(reply, done))
  }
  app.get('/', { onRequest }, () => 'late')
  const port = await listen(app)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const connected = once(app.server, 'connection')
  const flood = rawSocket(port, message('GET /').repeat(1_000))
  const [socket] = await connected
  while (asked < 1_000) await new Promise(setImmediate)
  flood.socket.destroy()
  await once(socket, 'close')
  await new Promise(setImmediate)
  verified.resolve()
  await new Promise(setImmediate)
  t.mock.timers.tick(1_000)

  const next = rawSocket(port, message('GET /'))
  while (asked < 1_001) await new Promise(setImmediate)
  for (let turns = 0; turns < 100; turns++) await new Promise(setImmediate)
  assert.equal(next.received(), '')
  t.mock.timers.tick(1_000)
  await next.until('late')
  next.socket.destroy()
})
