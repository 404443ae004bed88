import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { ATTACKS } from './attacks.ts'
import { runAttack } from './run-attack.ts'

const ATTACK = ATTACKS.find(({ name }) => name === 'not-found')!
const SECONDS = 0.5
/** An attacker sends again as soon as it is answered, and takes a processor if that is at once. */
const REFUSED_AFTER_MS = 50
const STATUSES: Record<string, number> = {
  '/v1/invoices': 201,
  '/v1/invoices/batch': 200,
  '/livez': 200,
  '/readyz': 200,
}

/**
 * Measures the attack beside a stand-in for a gateway. `answer` answers the till; `isAttacked` says whether an attacker
 * is there, by a path that the till never asks for.
 */
async function verdictOf(
  t: TestContext,
  answer: (response: ServerResponse, status: number, isAttacked: boolean) => void,
) {
  const attackers = new Set<object>()
  const server = createServer((request, response) => {
    const status = STATUSES[request.url ?? '']
    request.resume()
    if (status !== undefined) return answer(response, status, attackers.size > 0)
    if (!attackers.has(request.socket)) request.socket.once('close', () => attackers.delete(request.socket))
    attackers.add(request.socket)
    setTimeout(() => response.writeHead(404, { 'content-length': 0 }).end(), REFUSED_AFTER_MS)
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const gateway = { url, residentBytes: 1, longestBlockMs: async () => undefined }
  return await runAttack(ATTACK, gateway, { seconds: SECONDS, noiseMs: 50, postsPerSecond: 20 })
}

test('an attack that the gateway does not mind is held, and was an attack', async (t) => {
  const row = await verdictOf(t, (response, status) => response.writeHead(status).end())
  assert.deepEqual(row.faults, [])
  assert.ok((row.sent.answers[404] ?? 0) > 0)
  assert.ok(row.sent.bytesSent > 0)
  assert.deepEqual(row.rounds.at(-1)?.during.posts, { 201: 10 })
})

test('a gateway that refuses the till under attack fails', async (t) => {
  const row = await verdictOf(t, (response, status, isAttacked) => response.writeHead(isAttacked ? 503 : status).end())
  assert.deepEqual(row.rounds[0]?.before.posts, { 201: 10 })
  assert.deepEqual(row.faults.toSorted(), ['posts: 503', 'probes: 503', 'uploads: 503'])
})

test('a gateway that gets slow under attack fails, and is measured three times before, and beside a bare server', async (t) => {
  const row = await verdictOf(t, (response, status, isAttacked) => {
    // Not the probes: one that is late on a busy machine is a fault of its own.
    setTimeout(() => response.writeHead(status).end(), isAttacked && status === 201 ? 500 : 0)
  })
  assert.match(row.faults.join(), /^p50 x \d+\.\d$/)
  assert.equal(row.rounds.length, 3)
  assert.ok(row.floorMs! < row.rounds.at(-1)!.during.p50Ms)
})
