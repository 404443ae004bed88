import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { parcelLength } from '../../src/uploads/parcel.ts'
import type { UploadBody } from '../../src/uploads/read-upload.ts'
import { UploadReader } from '../../src/uploads/upload-reader.ts'

const INLINE_BYTES = 4_000
const MAX_BYTES = 100_000

function readerOf(t: TestContext, workers: number): UploadReader {
  const reader = new UploadReader({
    limits: {
      maxBytes: MAX_BYTES,
      maxInvoices: 500,
      maxInvoiceBytes: 5_000,
      arithmetic: 'strict',
      lenientStores: [],
    },
    workers,
    maxWaiting: 0,
    timeoutMs: 30_000,
    inlineBytes: INLINE_BYTES,
    onTrouble: assert.fail,
  })
  t.after(() => reader.stop())
  return reader
}

function uploadOf(text: string, coding: UploadBody['coding'] = 'identity'): UploadBody {
  const bytes = coding === 'gzip' ? gzipSync(text) : Buffer.from(text)
  return { body: new Uint8Array(bytes), coding, framing: 'lines', receivedAtMs: 0 }
}

/** What an upload was read as, and whether a worker did it: then its bytes have moved away. */
async function read(reader: UploadReader, upload: UploadBody) {
  const result = await reader.read(upload)
  const items = result.kind === 'parcel' ? parcelLength(result.parcel) : result.kind
  return { items, byWorker: upload.body.length === 0 }
}

const lines = (count: number, line = '{"some":"object"}') => Array.from({ length: count }, () => line).join('\n')

test('a small upload is read on the main thread, a larger one by a worker', async (t) => {
  const reader = readerOf(t, 1)
  assert.deepEqual(await read(reader, uploadOf(lines(10))), { items: 10, byWorker: false })
  assert.deepEqual(await read(reader, uploadOf(lines(400))), { items: 400, byWorker: true })
})

test('an upload that is small only as it was sent, or in bytes but not in items, goes to a worker', async (t) => {
  const reader = readerOf(t, 1)
  const wide = 'x'.repeat(2_000)
  assert.deepEqual(await read(reader, uploadOf(lines(10, wide), 'gzip')), { items: 10, byWorker: true })
  assert.deepEqual(await read(reader, uploadOf(lines(10, wide.repeat(100)), 'gzip')), {
    items: 'too-large',
    byWorker: true,
  })
  assert.deepEqual(await read(reader, uploadOf(lines(300, '{}'))), { items: 300, byWorker: true })
  assert.deepEqual(await read(reader, uploadOf(lines(600, '{}'))), { items: 'too-many', byWorker: true })
  const frames = Array.from({ length: 400 }, () => zstdCompressSync(''))
  const body = new Uint8Array(Buffer.concat([...frames, zstdCompressSync(lines(2))]))
  const inFrames = { body, coding: 'zstd', framing: 'lines', receivedAtMs: 0 } as const
  assert.deepEqual(await read(reader, inFrames), { items: 2, byWorker: true })
})

test('without workers all of it is read on the main thread, within the same bounds', async (t) => {
  const reader = readerOf(t, 0)
  assert.deepEqual(await read(reader, uploadOf(lines(400))), { items: 400, byWorker: false })
  assert.deepEqual(await read(reader, uploadOf(lines(501, '{}'))), { items: 'too-many', byWorker: false })
  assert.deepEqual(await read(reader, uploadOf('x'.repeat(MAX_BYTES + 1))), { items: 'too-large', byWorker: false })
})
