import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { validateInvoice } from '../../src/invoice/validate.ts'
import { ParcelWriter } from '../../src/uploads/parcel.ts'
import { addItem, type ItemVerdict, uploadItems } from '../../src/uploads/upload-item.ts'
import { validInvoice } from '../invoice/generate.ts'
import { plainSale, RECEIVED_AT } from '../invoice/plain-sale.ts'

/** What the main thread is told of items that a worker judged so. */
function told(items: readonly (readonly [string, ItemVerdict])[]) {
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
    JSON.stringify({ ...plainSale(), documentType: 'ünknown', '\ud800\n': 1 }),
    '{"a":1,"a":2}',
    JSON.stringify(wrongSum),
    '',
  ]
  for (const arithmetic of ['strict', 'lenient'] as const) {
    const items = texts.map((text) => [text, judge(text, arithmetic)] as const)
    const kinds = items.map(([, { kind }]) => kind)
    const sums = arithmetic === 'strict' ? 'invalid' : 'valid'
    assert.deepEqual(kinds, ['valid', 'invalid', 'malformed', sums, 'malformed'])
    for (const [index, [text, verdict]] of told(items).entries()) {
      const [sent, judged] = items[index]!
      assert.equal(text, sent)
      if (judged.kind !== 'valid') assert.deepEqual(verdict, JSON.parse(JSON.stringify(judged)))
      else assert.deepEqual(verdict, { ...judged, invoice: { occurredAt: judged.invoice.occurredAt } })
    }
  }
  const [, lenient] = told([[texts[3]!, judge(texts[3]!, 'lenient')]])[0]!
  assert.ok(lenient.kind === 'valid' && lenient.warnings.length > 0, 'the warnings come along')
})

test('an invoice that is too large is said to be so', () => {
  assert.deepEqual(told([['{}', { kind: 'too-large' }]]), [['{}', { kind: 'too-large' }]])
})

test('no generated invoice loses or changes anything on the way', () => {
  fc.assert(
    fc.property(validInvoice(), (generated) => {
      const text = JSON.stringify(generated)
      const judged = judge(text, 'lenient')
      assert.ok(judged.kind === 'valid', JSON.stringify(judged))
      const { identity, warnings, invoice: read } = judged
      const expected = { kind: 'valid', identity, warnings, invoice: { occurredAt: read.occurredAt } }
      assert.deepEqual(told([[text, judged]]), [[text, expected]])
    }),
    { numRuns: 100 },
  )
})
