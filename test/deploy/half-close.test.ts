import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { type StartBalancer, startHaproxy, startNginx } from '../harness/load-balancer.ts'
import { message, parseAnswer, rawSocket } from '../http/raw-socket.ts'
import { JSON_HEADERS, listen, RECEIPT, testApp } from '../http/test-app.ts'

const BALANCERS: Record<string, StartBalancer> = { HAProxy: startHaproxy, nginx: startNginx }

for (const [name, start] of Object.entries(BALANCERS)) {
  test(`a client that shuts its sending side after its request gets its answer through ${name}`, async (t) => {
    const ingest = () => new Promise<typeof RECEIPT>((resolve) => setTimeout(resolve, 300, RECEIPT))
    const { app } = await testApp(t, { ingest })
    const address = `127.0.0.1:${await listen(app)}`
    const balancer = await start([address, address])
    t.after(() => balancer.stop())
    const body = await readFile(new URL('../../openapi/examples/sale.json', import.meta.url), 'utf8')
    const text = message('POST /v1/invoices', { ...JSON_HEADERS, 'content-length': Buffer.byteLength(body) }, body)
    const raw = rawSocket(Number(new URL(balancer.url).port), text)
    raw.socket.end()
    assert.equal(parseAnswer(await raw.closed).statusCode, 201, balancer.log())
  })
}
