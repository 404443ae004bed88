import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type FastifyInstance, fastify } from 'fastify'
import { trackRequests } from '../../src/http/close-server.ts'
import { message, parseAnswer, rawSocket } from './raw-socket.ts'
import { listen } from './test-app.ts'

/** Far longer than anything here takes: a close that had to wait for it fails by the runner's own clock. */
const NEVER_MS = 600_000

/** A server whose `GET /slow` waits for `finish`, and `POST /slow` for its body and then for `finish`. */
async function slowServer(t: TestContext) {
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const app: FastifyInstance = fastify()
  app.server.on('checkContinue', app.routing)
  app.all(
    '/slow',
    {
      onRequest: (request, reply, done) => {
        if (request.headers.expect !== undefined) reply.raw.writeContinue()
        begin()
        done()
      },
    },
    async () => {
      await finished
      return 'done'
    },
  )
  app.get('/', async () => 'hello')
  const requests = trackRequests(app)
  const port = await listen(app)
  t.after(() => {
    finish()
    app.server.closeAllConnections()
    return app.close()
  })
  return { port, requests, begun, finish }
}

test('an idle server closes at once', async (t) => {
  const { requests } = await slowServer(t)
  await requests.close(NEVER_MS)
})

test('a request under way is answered before the server is closed', async (t) => {
  const { port, requests, begun, finish } = await slowServer(t)
  const till = rawSocket(port, message('GET /slow'))
  await begun
  const closed = requests.close(NEVER_MS)
  finish()
  await closed
  assert.equal(parseAnswer(await till.closed).body, 'done')
})

test('so is one that waited for 100 Continue', async (t) => {
  const { port, requests, begun, finish } = await slowServer(t)
  const headers = { expect: '100-continue', 'content-type': 'application/json', 'content-length': 2 }
  const till = rawSocket(port, message('POST /slow', headers))
  await begun
  await till.until('100 Continue')
  const closed = requests.close(NEVER_MS)
  till.socket.write('{}')
  finish()
  await closed
  assert.match(await till.closed, /HTTP\/1\.1 200 OK[\s\S]*done$/)
})

test('nothing listens any more as soon as closing has begun', async (t) => {
  const { port, requests, begun, finish } = await slowServer(t)
  const till = rawSocket(port, message('GET /slow'))
  await begun
  const closed = requests.close(NEVER_MS)
  const late = rawSocket(port, message('GET /'))
  assert.equal(await late.closed, '')
  finish()
  await Promise.all([closed, till.closed])
})

test('connections that never send a request, or half of one’s head, hold nothing up', async (t) => {
  const { port, requests } = await slowServer(t)
  const used = rawSocket(port, message('GET /'))
  await used.until('hello')
  const silent = rawSocket(port, '')
  const halfHead = rawSocket(port, 'GET / HTTP/1.1\r\nhost: gate')
  await Promise.all([silent, halfHead].map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))))
  await requests.close(NEVER_MS)
  assert.equal(await silent.closed, '')
  assert.equal(await halfHead.closed, '')
  await used.closed
})

test('a request that does not end is cut off when the time is up', async (t) => {
  const { port, requests, begun } = await slowServer(t)
  const stuck = rawSocket(port, message('GET /slow'))
  await begun
  await requests.close(20)
  assert.equal(await stuck.closed, '')
})

test('a body that does not arrive is cut off when the time is up', async (t) => {
  const { port, requests, begun } = await slowServer(t)
  const headers = { 'content-type': 'application/json', 'content-length': 100 }
  const half = rawSocket(port, message('POST /slow', headers, '{"half":'))
  await begun
  await requests.close(20)
  assert.equal(await half.closed, '')
})

test('requests that ended before do not count', async (t) => {
  const { port, requests } = await slowServer(t)
  const gone = rawSocket(port, message('GET /slow'))
  const kept = rawSocket(port, message('GET /'))
  await kept.until('hello')
  gone.socket.destroy()
  await gone.closed
  await requests.close(NEVER_MS)
})
