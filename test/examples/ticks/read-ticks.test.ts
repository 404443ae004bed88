import assert from 'node:assert/strict'
import { test } from 'node:test'
import zlib from 'node:zlib'
import fc from 'fast-check'
import { generatePackets } from '../../../examples/ticks/generate.ts'
import { createReadTicks, type TicksRead } from '../../../examples/ticks/read-ticks.ts'
import { parcelItems } from '../../../src/uploads/parcel.ts'

const readTicks = createReadTicks({ maxBytes: 10_000, maxTicks: 50 })
const CODERS = { gzip: zlib.gzipSync, zstd: zlib.zstdCompressSync }

const packetOf = (content: string | Uint8Array, coding: keyof typeof CODERS = 'zstd') => ({
  number: 1,
  coding,
  body: new Uint8Array(CODERS[coding](content)),
})
const read = (content: string | Uint8Array, coding?: keyof typeof CODERS) => readTicks(packetOf(content, coding))

function itemsOf(result: TicksRead) {
  assert.equal(result.kind, 'parcel')
  return result.kind === 'parcel' ? [...parcelItems(result.parcel)] : []
}

test('the ticks of a packet, their symbols and their identities', () => {
  const lines = ['ACME,17,1764000000000123,-12345,100', 'B.2,1,1764000000000124,0,1', 'ACME,18,1764000000000125,7,999']
  for (const coding of ['gzip', 'zstd'] as const) {
    const items = itemsOf(read(`${lines.join('\n')}\n`, coding))
    assert.deepEqual(
      items.map(({ value }) => String(value)),
      lines,
    )
    assert.deepEqual(
      items.map(({ note, kind }) => [note, note.slice(0, kind)]),
      [
        ['ACME/17', 'ACME'],
        ['B.2/1', 'B.2'],
        ['ACME/18', 'ACME'],
      ],
    )
  }
})

const GOOD = 'ACME,17,1764000000000123,12345,100\n'

for (const [what, line] of [
  ['no line feed at the end', GOOD.slice(0, -1)],
  ['carriage return', GOOD.replace('\n', '\r\n')],
  ['empty line', '\n'],
  ['white space', ` ${GOOD}`],
  ['empty symbol', GOOD.replace('ACME', '')],
  ['long symbol', GOOD.replace('ACME', 'ABCDEFGHIJKLM')],
  ['small letters', GOOD.replace('ACME', 'acme')],
  ['letter beyond ASCII', GOOD.replace('ACME', 'ÄCME')],
  ['sequence zero', GOOD.replace(',17,', ',0,')],
  ['leading zero', GOOD.replace(',17,', ',017,')],
  ['sequence beyond what is exact', GOOD.replace(',17,', ',9007199254740993,')],
  ['time in milliseconds', GOOD.replace('1764000000000123', '1764000000000')],
  ['price with a fraction', GOOD.replace('12345', '123.45')],
  ['price minus zero', GOOD.replace('12345', '-0')],
  ['price with an exponent', GOOD.replace('12345', '1e5')],
  ['size zero', GOOD.replace(',100', ',0')],
  ['size below zero', GOOD.replace(',100', ',-1')],
  ['one field more', GOOD.replace(',100', ',100,1')],
  ['one field less', GOOD.replace(',100', '')],
  ['a zero byte', GOOD.replace('ACME', 'AC\0ME')],
] as const) {
  test(`a tick is refused, and its packet with it, for: ${what}`, () => {
    assert.deepEqual(read(`B,1,1764000000000123,1,1\n${line}`), { kind: 'malformed', tick: 2 })
  })
}

test('the sequence of a symbol rises within a packet', () => {
  assert.deepEqual(read(GOOD + GOOD), { kind: 'out-of-order', tick: 2 })
  assert.deepEqual(read(GOOD + GOOD.replace('17', '16')), { kind: 'out-of-order', tick: 2 })
  assert.equal(read(GOOD + GOOD.replace('17', '19')).kind, 'parcel')
})

test('empty packets, too many ticks, and bombs', () => {
  assert.deepEqual(read(''), { kind: 'empty' })
  const ticks = (count: number) => Array.from({ length: count }, (_, i) => GOOD.replace('17', String(i + 1))).join('')
  assert.equal(read(ticks(50)).kind, 'parcel')
  assert.deepEqual(read(ticks(51)), { kind: 'too-many' })
  for (const coding of ['gzip', 'zstd'] as const) {
    const bomb = packetOf(Buffer.alloc(64 * 2 ** 20), coding)
    const before = process.memoryUsage().arrayBuffers
    assert.deepEqual(readTicks(bomb), { kind: 'too-large' })
    assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20, 'it is not inflated')
  }
})

test('a packet that is cut off, longer than it says, or not compressed at all, is damaged', () => {
  for (const coding of ['gzip', 'zstd'] as const) {
    const { body } = packetOf(GOOD.repeat(1), coding)
    for (let length = 0; length < body.length; length++)
      assert.deepEqual(readTicks({ number: 1, coding, body: body.slice(0, length) }), { kind: 'damaged' })
    assert.deepEqual(readTicks({ number: 1, coding, body: new Uint8Array([...body, 1]) }), { kind: 'damaged' })
    assert.deepEqual(readTicks({ number: 1, coding, body: new Uint8Array(Buffer.from(GOOD)) }), { kind: 'damaged' })
  }
})

test('whatever the bytes are, a packet is either refused or holds the very lines that it was made of', () => {
  const character = fc.constantFrom(...'AB,.-0123456789\n')
  const text = fc.oneof(
    fc.string({ unit: character, maxLength: 120 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constant(GOOD),
  )
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), fc.nat(200), fc.nat(255), (parts, at, byte) => {
      const content = Buffer.from(parts.join(''))
      if (at < content.length) content[at] = byte
      const result = read(content)
      if (result.kind !== 'parcel') return
      const lines = itemsOf(result).map(({ value }) => `${value}\n`)
      assert.equal(lines.join(''), content.toString('latin1'))
    }),
    { numRuns: 500 },
  )
})

test('the generator: the same seed gives the same valid packets, and sequences without a gap', async () => {
  const options = { seed: 7, symbols: 5, packets: 20, ticksPerPacket: 40, coding: 'gzip' } as const
  const first = []
  for await (const packet of generatePackets(options)) first.push(packet)
  let packets = 0
  for await (const packet of generatePackets(options)) assert.deepEqual(packet, first[packets++])
  assert.equal(packets, 20)
  const latest = new Map<string, number>()
  for (const { ticks } of first) {
    for (const { note } of itemsOf(read(`${ticks.join('\n')}\n`))) {
      const [symbol, sequence] = note.split('/') as [string, string]
      assert.equal(Number(sequence), (latest.get(symbol) ?? 0) + 1)
      latest.set(symbol, Number(sequence))
    }
  }
  assert.equal(latest.size, 5)
})
