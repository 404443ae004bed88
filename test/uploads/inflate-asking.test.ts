import assert from 'node:assert/strict'
import { test } from 'node:test'
import zlib from 'node:zlib'
import * as fc from 'fast-check'
import { inflate } from '../../src/uploads/inflate.ts'
import { inflateAsking, statedBytes } from '../../src/uploads/inflate-asking.ts'
import { ownMemory } from '../../src/uploads/parcel.ts'

const MAX_BYTES = 8 * 2 ** 20
const LEAST_BYTES = 65_536

/** What was asked for, and what came of it; at most `roomBytes` are granted. */
function asking(body: Uint8Array, coding: 'gzip' | 'zstd' | 'identity', roomBytes = Infinity, maxBytes = MAX_BYTES) {
  const asked: number[] = []
  const result = inflateAsking(body, coding, { maxBytes }, (sizeBytes) => {
    asked.push(sizeBytes)
    return sizeBytes <= roomBytes
  })
  return { asked, result }
}

/** A gzip body with another length in its trailer: it is damaged, but that is found out at its end only. */
function stating(body: Buffer, bytes: number): Buffer {
  const lying = Buffer.from(body)
  lying.writeUInt32LE(bytes, lying.length - 4)
  return lying
}

test('a body asks once, for as much as it inflates to', () => {
  const text = Buffer.alloc(1_000_000, 'invoice ')
  for (const [coding, body] of [
    ['gzip', zlib.gzipSync(text)],
    ['zstd', zlib.zstdCompressSync(text)],
  ] as const) {
    const { asked, result } = asking(body, coding)
    assert.deepEqual(asked, [text.length])
    assert.ok(result.kind === 'bytes' && result.bytes.equals(text))
    const bytes = result.bytes as Uint8Array<ArrayBuffer>
    assert.equal(ownMemory(bytes), bytes, 'nothing is copied before it moves to another thread')
  }
})

test('memory that was asked for but not needed is not kept', () => {
  const member = zlib.gzipSync(Buffer.alloc(1_000, 'x'))
  const { result } = asking(Buffer.concat([member, member]), 'gzip')
  assert.ok(result.kind === 'bytes')
  assert.equal(ownMemory(result.bytes as Uint8Array<ArrayBuffer>).buffer.byteLength, 2_000)
})

test('a body that is larger than it said asks for more step by step, and ends when that is refused', () => {
  const body = stating(zlib.gzipSync(Buffer.alloc(3_000_000)), 1)
  assert.deepEqual(asking(body, 'gzip').asked, [LEAST_BYTES, 4 * LEAST_BYTES, 16 * LEAST_BYTES, 64 * LEAST_BYTES])
  const { asked, result } = asking(body, 'gzip', 300_000)
  assert.deepEqual([asked, result.kind], [[LEAST_BYTES, 4 * LEAST_BYTES, 16 * LEAST_BYTES], 'no-room'])
})

test('a body that says it is huge asks for the longest body at most, and a plain one asks for nothing', () => {
  assert.deepEqual(asking(stating(zlib.gzipSync('x'), 0xffffffff), 'gzip').asked, [MAX_BYTES])
  const plain = asking(Buffer.from('plain'), 'identity', 0)
  assert.deepEqual([plain.asked, plain.result.kind], [[], 'bytes'])
})

test('whatever a body holds and says, the end is the same as without asking, and no more than allowed is used', () => {
  const parts = fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(
      parts,
      fc.constantFrom('gzip', 'zstd'),
      fc.integer({ min: 1, max: 600_000 }),
      (sizes, coding, maxBytes) => {
        const compress = coding === 'gzip' ? zlib.gzipSync : zlib.zstdCompressSync
        const body = Buffer.concat(sizes.map((size) => compress(Buffer.alloc(size, 'ab'))))
        const { asked, result } = asking(body, coding as 'gzip' | 'zstd', Infinity, maxBytes)
        assert.deepEqual(result, inflate(body, coding as 'gzip' | 'zstd', maxBytes))
        const grantedBytes = asked.at(-1) as number
        assert.ok(grantedBytes <= maxBytes)
        if (result.kind === 'bytes') assert.ok(result.bytes.length <= grantedBytes)
      },
    ),
    { numRuns: 40 },
  )
})

test('a body of any few bytes says something or nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), fc.constantFrom('gzip', 'zstd'), (body, coding) => {
      assert.ok(statedBytes(body, coding as 'gzip' | 'zstd') >= 0)
    }),
  )
})
