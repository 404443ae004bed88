import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { postUpload } from '../../../src/tools/uploader/post-upload.ts'

const REQUEST = { body: Buffer.from('{}\n'), invoices: 1, isAlone: false }

/** Whether it listens there now. */
const listens = (server: Server, port: number) =>
  new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
  })

test('a gateway may listen on a port that browsers refuse', async (t) => {
  const server = createServer((_, response) => response.writeHead(503, { 'retry-after': '7' }).end())
  t.after(() => server.close())
  for (const port of [10_080, 6_697, 6_679, 6_566, 6_000]) if (await listens(server, port)) break
  const { port } = server.address() as AddressInfo
  const { signal } = new AbortController()
  const url = new URL(`http://127.0.0.1:${port}/`)
  assert.deepEqual(await postUpload(REQUEST, 30_000, { url, coding: 'identity', tokenHeaders: {}, signal }), {
    kind: 'whole',
    status: 503,
    problem: undefined,
    retryAfterMs: 7_000,
  })
})
