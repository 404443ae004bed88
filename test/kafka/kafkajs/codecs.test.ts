import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import lz4 from 'lz4-napi'
import snappy from 'snappy'
import { MAX_INFLATED_BYTES, registerCodecs, UnreadableBatch } from '../../../src/kafka/kafkajs/codecs.ts'

const table: Record<number, () => unknown> = {}
registerCodecs(table)
const codecOf = (type: number) =>
  table[type]?.() as Record<'compress' | 'decompress', (bytes: Buffer) => Promise<Buffer>>

/** Java's producers write such a stream: a header, then blocks of at most 32 KiB, each behind its length. */
function xerial(bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1])]
  for (let at = 0; at < bytes.length; at += 32_768) {
    const block = snappy.compressSync(bytes.subarray(at, at + 32_768))
    const length = Buffer.alloc(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

/** Ways in which producers compress: number of the compression, and what compresses. */
const WAYS: Record<string, [type: number, compress: (bytes: Buffer) => Buffer]> = {
  gzip: [1, gzipSync],
  'snappy in blocks, as from Java': [2, xerial],
  'snappy in one block, as from librdkafka': [2, (bytes) => snappy.compressSync(bytes)],
  lz4: [3, (bytes) => lz4.compressFrameSync(bytes)],
  'lz4 with checksums': [3, (bytes) => lz4.compressFrameSync(bytes, { contentChecksum: true, blockChecksums: true })],
  zstd: [4, zstdCompressSync],
}

/** Some that compress well, some that do not, of several blocks at times. */
const someBytes = fc
  .tuple(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 0, max: 3_000 }),
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
  )
  .map(([a, times, b]) => Buffer.concat([...new Array<Uint8Array>(times).fill(a), b]))

for (const [way, [type, compress]] of Object.entries(WAYS)) {
  test(`${way}: what was compressed comes back, byte for byte`, async () => {
    await fc.assert(
      fc.asyncProperty(someBytes, async (bytes) => {
        assert.ok((await codecOf(type).decompress(compress(bytes))).equals(bytes))
      }),
      { numRuns: 50 },
    )
  })

  test(`${way}: a batch that was cut short is unreadable, never shorter`, async () => {
    const bytes = Buffer.from(Array.from({ length: 40 }, (_, i) => `record ${i * i} of some. `).join(''))
    const compressed = compress(bytes)
    for (let cut = 0; cut < compressed.length; cut++) {
      const inflated = await codecOf(type)
        .decompress(compressed.subarray(0, cut))
        .catch((error) => error)
      // Not all codecs notice that a checksum at the end is missing.
      const isWhole = Buffer.isBuffer(inflated) && inflated.equals(bytes)
      assert.ok(isWhole || inflated instanceof UnreadableBatch, `cut at ${cut}: ${inflated}`)
    }
  })

  test(`${way}: a bomb is refused, the largest batch that is not one is read`, async () => {
    const largest = Buffer.alloc(MAX_INFLATED_BYTES)
    assert.equal((await codecOf(type).decompress(compress(largest))).length, MAX_INFLATED_BYTES)
    const bomb = compress(Buffer.concat([largest, Buffer.alloc(1)]))
    assert.ok(bomb.length < MAX_INFLATED_BYTES / 10)
    await assert.rejects(codecOf(type).decompress(bomb), {
      name: 'UnreadableBatch',
      message: /^a batch compressed with \w+ inflates to more than 64 MiB$/,
    })
  })
}

test('a length that is a lie takes no memory', async () => {
  const [snappyLie, lz4Lie] = [Buffer.from('ffffffff0f00', 'hex'), lz4.compressFrameSync(Buffer.alloc(10))]
  const before = process.memoryUsage().rss
  await assert.rejects(codecOf(2).decompress(snappyLie), /inflates to more than 64 MiB/)
  lz4Lie.writeUInt32LE(0x7fffffff, 7)
  await assert.rejects(codecOf(3).decompress(lz4Lie), /ends before its end mark/)
  assert.ok(process.memoryUsage().rss - before < MAX_INFLATED_BYTES)
})

test('what is no frame at all is unreadable, with the reason', async () => {
  for (const [type, name] of [
    [1, 'gzip'],
    [2, 'snappy'],
    [3, 'lz4'],
    [4, 'zstd'],
  ] as const) {
    const reading = codecOf(type).decompress(Buffer.from('{"this":"is not compressed"}'))
    await assert.rejects(reading, new RegExp(`^UnreadableBatch: a batch compressed with ${name} cannot be read: .{8}`))
  }
})

test('kafkajs itself compresses nothing', async () => {
  for (const type of [1, 2, 3, 4]) await assert.rejects(codecOf(type).compress(Buffer.from('a')), /writes nothing/)
})

test('the packages are loaded for the first batch that needs them, not before', async () => {
  const index = new URL('../../../src/kafka/kafkajs/index.ts', import.meta.url).href
  const script = `
    const { createRequire } = await import('node:module')
    const { default: kafkajs } = await import('${index}')
    const loaded = () => Object.keys(createRequire('${index}').cache)
      .map((file) => /node_modules.(snappy|lz4-napi)./.exec(file)?.[1]).filter(Boolean)
    console.log([...new Set(loaded())].join() || 'none')
    for (const type of [2, 3]) await kafkajs.CompressionCodecs[type]().decompress(Buffer.alloc(1)).catch(() => {})
    console.log([...new Set(loaded())].sort().join())`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  assert.equal(stdout, 'none\nlz4-napi,snappy\n')
})
