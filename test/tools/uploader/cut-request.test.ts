import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import zlib from 'node:zlib'
import { cutRequest } from '../../../src/tools/uploader/cut-request.ts'

const LIMITS = { maxInvoices: 1_000, maxBytes: 1_000_000, maxCompressedBytes: 1_000_000 }
const lines = (...texts: string[]) => texts.map((text) => ({ bytes: Buffer.from(text) }))

test('the lines are joined as they are, each with an end', async () => {
  const { invoices, body } = await cutRequest(lines('{"a":1}', '{"b":2}'), 'identity', LIMITS)
  assert.equal(invoices, 2)
  assert.equal(body.toString(), '{"a":1}\n{"b":2}\n')
})

test('not more invoices and not more bytes than allowed, line ends counted', async () => {
  const three = lines('1234', '1234', '1234')
  assert.equal((await cutRequest(three, 'identity', { ...LIMITS, maxInvoices: 2 })).invoices, 2)
  assert.equal((await cutRequest(three, 'identity', { ...LIMITS, maxBytes: 15 })).invoices, 3)
  assert.equal((await cutRequest(three, 'identity', { ...LIMITS, maxBytes: 14 })).invoices, 2)
  assert.equal((await cutRequest(three, 'gzip', { ...LIMITS, maxBytes: 14 })).invoices, 2)
})

test('a compressed request fits, holds the same lines, and is not much smaller than it may be', async () => {
  const noise = Array.from({ length: 200 }, () => ({ bytes: Buffer.from(randomBytes(500).toString('hex')) }))
  for (const coding of ['gzip', 'zstd'] as const) {
    const { invoices, body } = await cutRequest(noise, coding, { ...LIMITS, maxCompressedBytes: 40_000 })
    assert.ok(body.length <= 40_000 && body.length > 30_000, `${body.length} bytes`)
    const plain = coding === 'gzip' ? zlib.gunzipSync(body) : zlib.zstdDecompressSync(body)
    assert.equal(
      plain.toString(),
      noise
        .slice(0, invoices)
        .map(({ bytes }) => `${bytes}\n`)
        .join(''),
    )
  }
})

test('a single line is sent even if it does not fit: the gateway says no', async () => {
  const long = [{ bytes: Buffer.from(randomBytes(500).toString('hex')) }, ...lines('x')]
  assert.equal((await cutRequest(long, 'gzip', { ...LIMITS, maxCompressedBytes: 100 })).invoices, 1)
  assert.equal((await cutRequest(long, 'identity', { ...LIMITS, maxBytes: 100 })).invoices, 1)
})
