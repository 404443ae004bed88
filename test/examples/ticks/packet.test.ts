import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { ByteStream } from '../../../examples/ticks/byte-stream.ts'
import { encodePacket, FramingFault, type Packet, readPacket } from '../../../examples/ticks/packet.ts'

const MAX_BODY_BYTES = 10_000
const TEXT = 'ACME,17,1764000000000123,-12345,100\n'

/** Everything that is read of a stream that comes in these chunks, and how it ended. */
async function readAll(chunks: readonly Uint8Array[]): Promise<{ packets: Packet[]; fault: string | null }> {
  const source = new PassThrough({ highWaterMark: 16 })
  const writing = (async () => {
    for (const chunk of chunks) if (!source.write(chunk)) await new Promise((drained) => source.once('drain', drained))
    source.end()
  })()
  const stream = new ByteStream(source)
  const packets: Packet[] = []
  try {
    for (let packet = await readPacket(stream, MAX_BODY_BYTES); packet !== null; ) {
      packets.push(packet)
      packet = await readPacket(stream, MAX_BODY_BYTES)
    }
    await writing
    return { packets, fault: null }
  } catch (error) {
    if (!(error instanceof FramingFault)) throw error
    source.destroy()
    return { packets, fault: error.message }
  }
}

test('packets are read as they were written, however the stream is cut, and up to where it ends', async () => {
  const bodies = fc.array(
    fc.record({
      number: fc.nat(0xffff_ffff),
      coding: fc.constantFrom('gzip', 'zstd'),
      text: fc.string({ maxLength: 200 }),
    }),
    { maxLength: 5 },
  )
  await fc.assert(
    fc.asyncProperty(bodies, fc.array(fc.nat(2_000)), fc.nat(2_000), async (written, cuts, lostBytes) => {
      const encoded = await Promise.all(written.map(({ number, coding, text }) => encodePacket(number, coding, text)))
      const whole = Buffer.concat(encoded)
      const bytes = whole.subarray(0, Math.max(whole.length - lostBytes, 0))
      const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b)
      const { packets, fault } = await readAll(ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)))
      const endOf = (packet: number) => Buffer.concat(encoded.slice(0, packet + 1)).length
      const wholePackets = encoded.filter((_, packet) => endOf(packet) <= bytes.length).length
      assert.equal(fault, null)
      assert.deepEqual(
        packets.map(({ number, coding }) => ({ number, coding })),
        written.slice(0, wholePackets).map(({ number, coding }) => ({ number, coding })),
      )
      for (const [i, { body }] of packets.entries()) assert.deepEqual(Buffer.from(body), encoded[i]!.subarray(9))
    }),
    { numRuns: 200 },
  )
})

test('a length that no packet has, or a coding that is none, ends the stream', async () => {
  const packet = await encodePacket(1, 'zstd', TEXT)
  for (const [length, fault] of [
    [0, 'length'],
    [5, 'length'],
    [5 + MAX_BODY_BYTES + 1, 'length'],
    [0xffff_ffff, 'length'],
  ] as const) {
    const wrong = Buffer.from(packet)
    wrong.writeUInt32BE(length, 0)
    const read = await readAll([packet, wrong])
    assert.deepEqual([read.packets.length, read.fault], [1, fault])
  }
  for (const coding of [0, 3, 255]) {
    const wrong = Buffer.from(packet)
    wrong[4] = coding
    assert.deepEqual((await readAll([wrong])).fault, 'coding')
  }
})

test('a body is alone in its memory, so that it can move to a worker uncopied', async () => {
  const { packets } = await readAll([await encodePacket(1, 'gzip', TEXT), await encodePacket(2, 'zstd', TEXT)])
  for (const { body } of packets) assert.equal(body.buffer.byteLength, body.length)
})

test('what is not taken is not read, and a stopped stream gives nothing and is free for others', async () => {
  const source = new PassThrough({ highWaterMark: 100 })
  const stream = new ByteStream(source)
  source.write(Buffer.alloc(50))
  assert.equal((await stream.take(50))?.length, 50)
  assert.equal(source.write(Buffer.alloc(150)), false)
  const taking = stream.take(1_000)
  stream.stop()
  assert.equal(await taking, null)
  source.end(Buffer.alloc(150))
  source.resume()
  await new Promise((ended) => source.once('end', ended))
})
