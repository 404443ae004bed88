import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createAccessTokens } from '../../src/kafka/access-tokens.ts'
import { startTokenServer } from './token-server.ts'

const SECRET = 'hunter2-marker'
const EXPIRED_MS = 3_600_001

async function world(t: TestContext) {
  const server = await startTokenServer()
  t.after(() => server.stop())
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-'))
  t.after(() => rm(folder, { recursive: true }))
  const clientSecretFile = join(folder, 'secret')
  await writeFile(clientSecretFile, `${SECRET}\n`)
  const stale: string[] = []
  const clock = { ms: 0 }
  const tokens = createAccessTokens({
    tokenUrl: server.tokenUrl,
    clientId: 'till gate:1',
    clientSecretFile,
    scope: 'kafka',
    timeoutMs: 2_000,
    onStale: (reason) => stale.push(reason),
    now: () => clock.ms,
  })
  return { server, tokens, stale, clock, clientSecretFile }
}

const answering = (status: number, body: string) => (response: ServerResponse) => {
  response.statusCode = status
  response.end(body)
}

test('a token is asked for with the client’s id and secret and the scope, once for everybody who waits', async (t) => {
  const { server, tokens } = await world(t)
  const [first, second] = await Promise.all([tokens(), tokens()])
  assert.equal(first.value, second.value)
  assert.equal(server.requests.length, 1)
  const [{ authorization, form }] = server.requests as [(typeof server.requests)[0]]
  const credentials = Buffer.from(authorization?.replace('Basic ', '') ?? '', 'base64').toString()
  assert.equal(credentials, `till+gate%3A1:${SECRET}`, 'encoded as in a form, without the line feed of the file')
  assert.deepEqual(
    [...form],
    [
      ['grant_type', 'client_credentials'],
      ['scope', 'kafka'],
    ],
  )
})

test('a token is kept until four fifths of its life are over', async (t) => {
  const { server, tokens, clock } = await world(t)
  const { value } = await tokens()
  clock.ms = 2_879_000
  assert.equal((await tokens()).value, value)
  clock.ms = 2_880_001
  await tokens()
  assert.equal(server.requests.length, 2)
})

test('a token whose life is not known is renewed after a minute', async (t) => {
  const { server, tokens, clock } = await world(t)
  server.script = answering(200, JSON.stringify({ access_token: 'a' }))
  await tokens()
  await tokens()
  assert.equal(server.requests.length, 1)
  clock.ms = 60_001
  await tokens()
  assert.equal(server.requests.length, 2)
})

test('while the token server is away the last token counts until it expires, and that is told', async (t) => {
  const { server, tokens, stale, clock } = await world(t)
  const { value } = await tokens()
  clock.ms = 3_000_000
  server.script = answering(503, 'nobody is here')
  assert.equal((await tokens()).value, value)
  assert.match(stale.join(), /^no token for Kafka from http:\S+: it answered 503; the last token still counts$/)
  clock.ms = EXPIRED_MS
  await assert.rejects(tokens(), /it answered 503$/)
  server.script = undefined
  clock.ms += 60_000
  await tokens()
})

test('after a failure there is a pause, which grows, in which everybody gets the last failure', async (t) => {
  const { server, tokens, clock } = await world(t)
  server.script = answering(500, '')
  for (let failures = 1; failures <= 12; failures++) {
    await assert.rejects(tokens(), /it answered 500/)
    await assert.rejects(tokens(), /it answered 500/)
    assert.equal(server.requests.length, failures)
    clock.ms += 36_001 // half a minute, and a fifth
  }
})

test('it is told what is wrong, and never the secret', async (t) => {
  const { server, tokens, clock, clientSecretFile } = await world(t)
  const wrong: [number, string, RegExp][] = [
    [
      401,
      JSON.stringify({ error: 'invalid_client', error_description: 'who?' }),
      /it answered 401, invalid_client, who\?$/,
    ],
    [400, JSON.stringify({ error: 'a\nb' }), /it answered 400$/],
    [200, JSON.stringify({ expires_in: 60 }), /its answer has no access_token$/],
    [200, 'x'.repeat(70_000), /its answer has more than 65536 bytes$/],
    [302, '', /it answered 302|redirect/],
  ]
  for (const [status, body, said] of wrong) {
    server.script = answering(status, body)
    await assert.rejects(tokens(), (error: Error) => said.test(error.message) && !error.message.includes(SECRET))
    clock.ms += 36_001
  }
  await rm(clientSecretFile)
  await assert.rejects(tokens(), /secret: there is no such file/)
  clock.ms += 36_001
  await writeFile(clientSecretFile, SECRET)
  await server.stop()
  await assert.rejects(tokens(), /nothing listens there|connection off|other side closed/)
})

test('a token server that does not come to its answer is not waited for', async (t) => {
  const { server, clientSecretFile } = await world(t)
  const tokens = createAccessTokens({
    ...{ tokenUrl: server.tokenUrl, clientId: 'a', clientSecretFile, scope: undefined, timeoutMs: 50 },
    onStale: () => {},
  })
  server.script = () => {}
  await assert.rejects(tokens(), /no answer within 50 ms/)
})
