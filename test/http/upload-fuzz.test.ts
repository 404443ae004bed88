import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { eventually } from '../../dev/kafka/eventually.ts'
import { fuzzUploads } from '../fuzz/run-uploads.ts'
import { startUploadApp } from '../fuzz/upload-app.ts'
import { collectGarbage } from '../harness/collect-garbage.ts'
import { message, parseAnswer, rawSocket } from './raw-socket.ts'
import { assertProblem } from './test-app.ts'

const CASES = 1_500
const MIB = 2 ** 20

suite('whatever is uploaded', () => {
  const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))

  test(`is answered as documented, and exactly what is accepted is published (FUZZ_SEED=${seed})`, async (t) => {
    t.diagnostic(`FUZZ_SEED=${seed}`)
    const counts = await fuzzUploads({ seed, cases: CASES })
    t.diagnostic(JSON.stringify(Object.fromEntries([...counts].sort())))
    for (const slug of ['malformed-upload', 'upload-too-large', 'unsupported-media-type', 'request-timeout'])
      assert.ok((counts.get(slug) ?? 0) > CASES / 100, `hardly any ${slug}`)
    for (const status of ['200', '207']) assert.ok((counts.get(status) ?? 0) > CASES / 15, `hardly any ${status}`)
  })

  test('a line of 100 MB in chunks is refused long before its end, and never gathered', async (t) => {
    const app = await startUploadApp()
    t.after(() => app.stop())
    const headers = { 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' }
    const raw = rawSocket(app.port, message('POST /v1/invoices/batch', headers))
    t.after(() => raw.socket.destroy())
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 'x'), Buffer.from('\r\n')])
    collectGarbage()
    const before = process.memoryUsage().arrayBuffers
    let answeredAfterBytes: number | undefined
    for (let sent = 0; sent < 100 * MIB; sent += 0x10000) {
      if (!raw.socket.write(chunk)) await once(raw.socket, 'drain')
      if (raw.received() !== '') answeredAfterBytes ??= sent
    }
    assert.ok(answeredAfterBytes !== undefined && answeredAfterBytes < 50 * MIB, `${answeredAfterBytes}`)
    await eventually('what was discarded is garbage', 10_000, 50, async () => {
      collectGarbage()
      return process.memoryUsage().arrayBuffers - before < 10 * MIB || undefined
    })
    assertProblem(JSON.parse(parseAnswer(raw.received()).body), 'upload-too-large', 413)
    await eventually('nothing is held', 10_000, 5, async () => app.memory.usedBytes === 0 || undefined)
    raw.socket.write(`0\r\n\r\n${message('GET /livez')}`)
    await raw.until('{"live":true}')
  })
})
