import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { inflated } from '../../../src/tools/uploader/inflate-journal.ts'

const PACK = { gzip: gzipSync, zstd: zstdCompressSync }

async function inflate(body: Buffer, coding: 'gzip' | 'zstd', chunkBytes: number): Promise<string> {
  const count = Math.ceil(body.length / chunkBytes)
  const chunks = Array.from({ length: count }, (_, i) => body.subarray(i * chunkBytes, (i + 1) * chunkBytes))
  const parts: Buffer[] = []
  for await (const part of inflated(Readable.from(chunks), coding)) parts.push(part)
  return Buffer.concat(parts).toString('latin1')
}

for (const coding of ['gzip', 'zstd'] as const) {
  suite(`a journal in ${coding}`, () => {
    test('comes out whole, in however many frames and chunks it is', async () => {
      const parts = fc.array(fc.uint8Array({ maxLength: 2_000 }), { minLength: 1, maxLength: 5 })
      await fc.assert(
        fc.asyncProperty(parts, fc.integer({ min: 1, max: 3_000 }), async (parts, chunkBytes) => {
          const body = Buffer.concat(parts.map((part) => PACK[coding](part)))
          assert.equal(await inflate(body, coding, chunkBytes), Buffer.concat(parts).toString('latin1'))
        }),
      )
    })

    test('is not taken for whole when it is cut off or followed by something else', async () => {
      const body = Buffer.concat([PACK[coding]('one\n'), PACK[coding]('two\n')])
      for (const chunkBytes of [1, 7, 1_000]) {
        await assert.rejects(inflate(body.subarray(0, -1), coding, chunkBytes))
        await assert.rejects(inflate(Buffer.concat([body, Buffer.from('and more')]), coding, chunkBytes))
      }
    })

    test('is not read further than it is wanted', async () => {
      const { promise: returned, resolve } = Promise.withResolvers<void>()
      async function* source() {
        try {
          for (;;) yield PACK[coding]('x'.repeat(100_000))
        } finally {
          resolve()
        }
      }
      for await (const part of inflated(source(), coding)) if (part.length > 0) break
      await returned
    })
  })
}

test('zeros behind a member of gzip are padding, and what stands behind them is not lost', async () => {
  const padded = Buffer.concat([gzipSync('one\n'), Buffer.alloc(512)])
  for (const chunkBytes of [1, 7, 1_000]) {
    assert.equal(await inflate(padded, 'gzip', chunkBytes), 'one\n')
    assert.equal(await inflate(Buffer.concat([padded, gzipSync('two\n')]), 'gzip', chunkBytes), 'one\ntwo\n')
    await assert.rejects(inflate(Buffer.concat([padded, Buffer.from('x')]), 'gzip', chunkBytes))
  }
})
