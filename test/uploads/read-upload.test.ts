import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import zlib from 'node:zlib'
import * as fc from 'fast-check'
import { validateInvoice } from '../../src/invoice/validate.ts'
import { ParcelWriter } from '../../src/uploads/parcel.ts'
import {
  addItem,
  createReadUpload,
  type ItemVerdict,
  type UploadLimits,
  uploadItems,
} from '../../src/uploads/read-upload.ts'
import { validInvoice } from '../invoice/generate.ts'
import { plainSale, RECEIVED_AT } from '../invoice/plain-sale.ts'

const LIMITS: UploadLimits = {
  maxBytes: 20_000,
  maxInvoices: 3,
  maxInvoiceBytes: 3_000,
  arithmetic: 'strict',
  lenientStores: ['LENIENT'],
}

const sale = (changes: object = {}) => JSON.stringify({ ...plainSale(), ...changes })

function read(text: string | Uint8Array, upload: object = {}, limits: Partial<UploadLimits> = {}) {
  const body = new Uint8Array(Buffer.from(text as string))
  const whole = { body, coding: 'identity', framing: 'lines', receivedAtMs: RECEIVED_AT.getTime(), ...upload } as const
  const found = createReadUpload({ ...LIMITS, ...limits })(whole)
  if (found.kind !== 'parcel') return found
  return [...uploadItems(found.parcel)].map(({ value, verdict }) => ({ value: String(value), ...verdict }))
}

const kindsOf = (...of: Parameters<typeof read>) => {
  const found = read(...of)
  return Array.isArray(found) ? found.map(({ kind }) => kind) : found
}

suite('an upload that can be read', () => {
  test('is the bytes of each invoice with a verdict, whatever its framing and coding', () => {
    const [first, second] = [sale({ sequenceNumber: 1 }), sale({ sequenceNumber: 2, documentType: 'x' })]
    for (const [framing, text] of [
      ['lines', `${first}\r\n\n${second}`],
      ['array', ` [${first} ,\n${second}]`],
    ] as const) {
      for (const [coding, body] of [
        ['identity', text],
        ['gzip', zlib.gzipSync(text)],
        ['zstd', zlib.zstdCompressSync(text)],
      ] as const) {
        const found = read(body, { framing, coding })
        assert.ok(Array.isArray(found))
        assert.deepEqual(
          found.map(({ value, kind }) => [kind, value]),
          [
            ['valid', first],
            ['invalid', second],
          ],
        )
      }
    }
  })

  test('may hold invoices that are malformed or too large; the others are judged all the same', () => {
    const large = sale({ extensions: { text: 'x'.repeat(3_000) } })
    assert.deepEqual(kindsOf(`${large}\n{\n${sale()}`), ['too-large', 'malformed', 'valid'])
    assert.deepEqual(kindsOf(large, {}, { maxInvoiceBytes: large.length }), ['valid'])
    assert.deepEqual(kindsOf(large, {}, { maxInvoiceBytes: large.length - 1 }), ['too-large'])
  })

  test('is judged as its stores are', () => {
    const totals = { ...plainSale().totals, tendered: 1 }
    const lenient = sale({ totals, storeId: 'LENIENT' })
    assert.deepEqual(kindsOf(`${sale({ totals })}\n${lenient}`), ['invalid', 'valid'])
    assert.deepEqual(kindsOf(sale({ totals }), {}, { arithmetic: 'lenient' }), ['valid'])
  })

  test('is searched for card numbers as the gateway is configured', () => {
    const extensions = { orders: [{ id: '4111 1111 1111 1111' }] }
    const card = sale({ extensions })
    assert.deepEqual(kindsOf(`${card}\n${sale({ extensions, storeId: 'LENIENT' })}`), ['invalid', 'valid'])
    assert.deepEqual(kindsOf(card, {}, { cardNumbers: 'warn' }), ['valid'])
    assert.deepEqual(kindsOf(card, {}, { cardNumbersExempt: ['/extensions/orders/*/id'] }), ['valid'])
  })

  test('is judged by the time at which it was received', () => {
    const warningsAt = (receivedAtMs: number) => {
      const found = read(sale(), { receivedAtMs })
      assert.ok(Array.isArray(found) && found[0]?.kind === 'valid')
      return found[0].warnings
    }
    assert.deepEqual(warningsAt(RECEIVED_AT.getTime()), [])
    assert.notDeepEqual(warningsAt(RECEIVED_AT.getTime() - 30 * 86_400_000), [])
  })
})

suite('an upload that cannot be read', () => {
  test('says why', () => {
    const twice = zlib.gzipSync(zlib.gzipSync(sale()))
    assert.deepEqual(read(''), { kind: 'empty' })
    assert.deepEqual(read('\n \r\n'), { kind: 'empty' })
    assert.deepEqual(read('[]', { framing: 'array' }), { kind: 'empty' })
    assert.deepEqual(read('[1', { framing: 'array' }), { kind: 'malformed', at: 2 })
    assert.deepEqual(read('1\n2\n3\n4'), { kind: 'too-many' })
    assert.deepEqual(read('x', { coding: 'gzip' }), { kind: 'damaged' })
    assert.deepEqual(read(twice, { coding: 'gzip', framing: 'array' }), { kind: 'malformed', at: 0 })
    assert.deepEqual(read(zlib.gzipSync(Buffer.alloc(20_001)), { coding: 'gzip' }), { kind: 'too-large' })
    assert.deepEqual(read(Buffer.alloc(20_001)), { kind: 'too-large' })
  })
})

test('an upload of many wrong invoices lists some violations of each, and says how many it leaves out', () => {
  const names = Array.from({ length: 100 }, (_, i) => `x${i}`)
  const wrong = JSON.stringify(Object.fromEntries(names.map((name) => [name, 1])))
  const count = 1_000
  const body = new Uint8Array(Buffer.from(`${wrong}\n`.repeat(count)))
  const upload = { body, coding: 'identity', framing: 'lines', receivedAtMs: 0 } as const
  const found = createReadUpload({ ...LIMITS, maxBytes: body.length, maxInvoices: count })(upload)
  assert.ok(found.kind === 'parcel')
  const listed = [...uploadItems(found.parcel)].map(({ verdict }) => {
    assert.ok(verdict.kind === 'invalid')
    assert.ok(verdict.errors.length + verdict.omitted > 100)
    return verdict.errors.length
  })
  assert.equal(Math.min(...listed), 1)
  assert.equal(listed[0], 100)
  const sum = listed.reduce((sum, number) => sum + number, 0)
  assert.ok(sum > 1_000 && sum <= 1_000 + count, String(sum))
  assert.ok(found.parcel.notes.length < 700 * count, 'and what crosses from the worker is as bounded')
})

/** What the main thread takes out of a parcel of items that were judged so. */
function taken(items: readonly (readonly [string, ItemVerdict])[]) {
  const writer = new ParcelWriter(new Uint8Array(Buffer.from(items.map(([text]) => text).join(''))))
  let start = 0
  for (const [text, verdict] of items) {
    const end = start + Buffer.byteLength(text)
    addItem(writer, { start, end }, verdict)
    start = end
  }
  return [...uploadItems(writer.finish())].map(({ value, verdict }) => [String(value), verdict] as const)
}

const judge = (text: string, arithmetic: 'strict' | 'lenient' = 'strict') =>
  validateInvoice(Buffer.from(text), { arithmetic: () => arithmetic, receivedAt: RECEIVED_AT })

test('of a valid invoice the main thread is told what its record needs, of any other all of the verdict', () => {
  const wrongSum = { ...plainSale(), totals: { ...plainSale().totals, tendered: 1 } }
  const texts = [
    JSON.stringify(plainSale()),
    JSON.stringify({ ...plainSale(), documentType: 'ünknown', '\u{1f600}\n': 1 }),
    '{"a":1,"a":2}',
    JSON.stringify(wrongSum),
    '',
  ]
  for (const arithmetic of ['strict', 'lenient'] as const) {
    const items = texts.map((text) => [text, judge(text, arithmetic)] as const)
    const kinds = items.map(([, { kind }]) => kind)
    const sums = arithmetic === 'strict' ? 'invalid' : 'valid'
    assert.deepEqual(kinds, ['valid', 'invalid', 'malformed', sums, 'malformed'])
    for (const [index, [text, verdict]] of taken(items).entries()) {
      const [sent, judged] = items[index]!
      assert.equal(text, sent)
      if (judged.kind !== 'valid') assert.deepEqual(verdict, JSON.parse(JSON.stringify(judged)))
      else assert.deepEqual(verdict, { ...judged, invoice: { occurredAt: judged.invoice.occurredAt } })
    }
  }
  const [, lenient] = taken([[texts[3]!, judge(texts[3]!, 'lenient')]])[0]!
  assert.ok(lenient.kind === 'valid' && lenient.warnings.length > 0, 'the warnings come along')
})

test('an invoice that is too large is said to be so', () => {
  assert.deepEqual(taken([['{}', { kind: 'too-large' }]]), [['{}', { kind: 'too-large' }]])
})

test('no generated invoice loses or changes anything on the way', () => {
  fc.assert(
    fc.property(validInvoice(), (generated) => {
      const text = JSON.stringify(generated)
      const judged = judge(text, 'lenient')
      assert.ok(judged.kind === 'valid', JSON.stringify(judged))
      const { identity, warnings, invoice: read } = judged
      const expected = { kind: 'valid', identity, warnings, invoice: { occurredAt: read.occurredAt } }
      assert.deepEqual(taken([[text, judged]]), [[text, expected]])
    }),
    { numRuns: 100 },
  )
})
