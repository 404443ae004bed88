import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import zlib from 'node:zlib'
import * as fc from 'fast-check'
import { CODINGS, type Coding, inflate } from '../../src/uploads/inflate.ts'

const TEXT = Buffer.from(Array.from({ length: 300 }, (_, i) => `{"i":${i},"sine":${Math.sin(i)}}`).join('\n'))
/** More than any of the texts. Each case takes so much memory, and there are thousands. */
const MAX_BYTES = 100_000

function deflate(bytes: Uint8Array, coding: Coding): Buffer {
  if (coding === 'gzip') return zlib.gzipSync(bytes)
  return zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } })
}

/** The bytes, or the kind of failure. */
function outcome(body: Uint8Array, coding: Coding | 'identity', maxBytes = MAX_BYTES): string {
  const inflated = inflate(body, coding, maxBytes)
  return inflated.kind === 'bytes' ? inflated.bytes.toString('latin1') : inflated.kind
}

for (const coding of CODINGS) {
  suite(coding, () => {
    test('whatever was deflated comes out again, in one part or several, up to the last allowed byte', () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 3_000 }), { minLength: 1, maxLength: 5 }), (parts) => {
          const body = Buffer.concat(parts.map((part) => deflate(part, coding)))
          const whole = Buffer.concat(parts)
          assert.equal(outcome(body, coding, Math.max(whole.length, 1)), whole.toString('latin1'))
          if (whole.length > 1) assert.equal(outcome(body, coding, whole.length - 1), 'too-large')
        }),
      )
    })

    test('a body that was cut off anywhere is damaged', () => {
      const body = deflate(TEXT, coding)
      for (let end = 0; end < body.length; end++) assert.equal(outcome(body.subarray(0, end), coding), 'damaged')
    })

    test('a second part that was cut off anywhere is damaged', () => {
      const body = deflate(TEXT.subarray(0, 500), coding)
      for (let end = 1; end < body.length; end++)
        assert.equal(outcome(Buffer.concat([body, body.subarray(0, end)]), coding), 'damaged')
    })

    test('a flipped bit is noticed wherever the content depends on it', () => {
      const body = deflate(TEXT, coding)
      let [flips, damaged] = [0, 0]
      for (let bit = 0; bit < 8 * body.length; bit += 7, flips++) {
        const flipped = Buffer.from(body)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        const found = outcome(flipped, coding)
        if (found === 'damaged') damaged++
        else assert.equal(found, TEXT.toString('latin1'), `bit ${bit}`)
      }
      assert.ok(damaged > 0.97 * flips)
    })

    for (const [what, behind] of [
      ['a letter', Buffer.from('x')],
      ['the other coding', deflate(TEXT, coding === 'gzip' ? 'zstd' : 'gzip')],
    ] as const) {
      test(`${what} behind its end makes it damaged`, () => {
        assert.equal(outcome(Buffer.concat([deflate(TEXT, coding), behind]), coding), 'damaged')
      })
    }

    test('a bomb is refused while it inflates', () => {
      const bomb = deflate(Buffer.alloc(256 * 2 ** 20), coding)
      assert.ok(bomb.length < 2 ** 20)
      const before = process.memoryUsage().rss
      assert.equal(outcome(bomb, coding), 'too-large')
      assert.ok(process.memoryUsage().rss - before < 64 * 2 ** 20)
    })

    test('nothing, plain text and the other coding are damaged', () => {
      for (const body of [Buffer.alloc(0), TEXT, deflate(TEXT, coding === 'gzip' ? 'zstd' : 'gzip')])
        assert.equal(outcome(body, coding), 'damaged')
    })

    test('what is inside is not inflated again', () => {
      const once = deflate(TEXT, coding)
      assert.equal(outcome(deflate(once, coding), coding), once.toString('latin1'))
    })
  })
}

test('zstd: frames that are to be skipped are skipped', () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4])
  const body = Buffer.concat([skippable, deflate(TEXT, 'zstd'), skippable])
  assert.equal(outcome(body, 'zstd'), TEXT.toString('latin1'))
})

test('zstd: more than a thousand frames, or as many as are asked for, are too many', () => {
  const frame = deflate(Buffer.from('{}\n'), 'zstd')
  const frames = (count: number) => Buffer.concat(Array.from({ length: count }, () => frame))
  assert.equal(outcome(frames(1_000), 'zstd'), '{}\n'.repeat(1_000))
  assert.equal(outcome(frames(1_001), 'zstd'), 'too-many')
  assert.equal(inflate(frames(4), 'zstd', MAX_BYTES, 4).kind, 'bytes')
  assert.equal(inflate(frames(5), 'zstd', MAX_BYTES, 4).kind, 'too-many')
})

test('zstd: a frame that needs more memory than every decoder has is damaged', () => {
  // Magic number, a descriptor without a content size, the window's logarithm, an empty last block.
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (27 - 10) << 3, 1, 0, 0])
  assert.equal(outcome(frame, 'zstd'), 'damaged')
  frame[5] = (23 - 10) << 3
  assert.equal(outcome(frame, 'zstd'), '')
})

test('without a coding the bytes are the same memory, as long as they are not too many', () => {
  const found = inflate(TEXT, 'identity', TEXT.length)
  assert.ok(found.kind === 'bytes' && found.bytes.buffer === TEXT.buffer && found.bytes.equals(TEXT))
  assert.equal(outcome(TEXT, 'identity', TEXT.length - 1), 'too-large')
})

test('gzip: zeros behind the last member are padding, zeros between two are not', () => {
  const padded = Buffer.concat([deflate(TEXT, 'gzip'), Buffer.alloc(10_240)])
  assert.equal(outcome(padded, 'gzip'), TEXT.toString('latin1'))
  assert.equal(outcome(Buffer.concat([padded, deflate(TEXT, 'gzip')]), 'gzip'), 'damaged')
  assert.equal(outcome(Buffer.concat([deflate(TEXT, 'zstd'), Buffer.alloc(8)]), 'zstd'), 'damaged')
  assert.equal(outcome(Buffer.alloc(8), 'gzip'), 'damaged')
})
