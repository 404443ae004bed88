import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { findCard } from '../../../src/invoice/card-numbers/find.ts'
import { mayHoldCardNumber } from '../../../src/invoice/card-numbers/may-hold.ts'
import { seededRandom } from '../../../src/tools/simulate/seeded-random.ts'
import { sampleInvoice } from '../generate.ts'
import { BRAND_NAMES, cardNumber, TRACKS, WRITINGS } from './cards.ts'

describe('mayHoldCardNumber', () => {
  it('never overlooks a text that holds one', () => {
    const around = fc.string({ unit: fc.constantFrom('a', '1', ' ', '-', '"', ',', 'é', '0', '漢', '%') })
    const write = fc.constantFrom(...Object.values(WRITINGS), ...Object.values(TRACKS))
    fc.assert(
      fc.property(
        around,
        fc.constantFrom(...BRAND_NAMES),
        write,
        fc.nat(),
        around,
        (before, brand, writing, seed, after) => {
          const random = seededRandom(seed)
          const text = `${before} ${writing(cardNumber(brand, random), random)} ${after}`
          if (findCard(text, () => 'card') === null) return
          assert.ok(mayHoldCardNumber(Buffer.from(JSON.stringify([text]))), text)
          assert.ok(
            mayHoldCardNumber(
              Buffer.from(`["${text.replaceAll('"', ' ').replaceAll('\n', ' ').replaceAll('\t', ' ')}"]`),
            ),
          )
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('spares ordinary invoices the walk, and walks where escapes may hide digits', () => {
    const invoice = sampleInvoice({ storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 1 })
    assert.ok(!mayHoldCardNumber(Buffer.from(JSON.stringify(invoice))))
    assert.ok(
      !mayHoldCardNumber(
        Buffer.from('{"gtin":"4006381333931","amount":999999999999,"at":"2026-03-14T17:05:09","x":"10 %"}'),
      ),
    )
    assert.ok(mayHoldCardNumber(Buffer.from('{"x":"\\u0034111111111111111"}')))
    assert.ok(mayHoldCardNumber(Buffer.from('{"x":"4111%2D1111%2D1111%2D1111"}')))
    assert.ok(!mayHoldCardNumber(Buffer.alloc(0)))
  })
})
