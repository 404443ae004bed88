import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LIMITS } from '../../src/invoice/schema/limits.ts'
import { LineSchema } from '../../src/invoice/schema/line.ts'
import { schemaViolations } from '../../src/invoice/schema-violations.ts'
import { type Breakable, plainLine, plainSale } from './plain-sale.ts'

const found = (change: (document: Breakable) => void, limit = 100) => {
  const document: Breakable = plainSale()
  change(document)
  return schemaViolations(document, limit).map(({ code, pointer }) => `${code} ${pointer}`)
}

describe('schemaViolations', () => {
  it('says one thing for each place', () => {
    assert.deepEqual(
      found((d) => {
        delete d.totals
        d.lines[0].quantity = 2
        d.lines[1].taxes = 'none'
        d.documentType = 'gift'
        d.storeId = 'has blanks and is far too long to be the identifier of a store'
        d.x = {}
      }).sort(),
      [
        'missing-member /totals',
        'unknown-member /x',
        'unknown-value /documentType',
        'wrong-format /storeId',
        'wrong-type /lines/0/quantity',
        'wrong-type /lines/1/taxes',
      ],
    )
  })

  it('finds the member that each kind of value is wrong in', () => {
    const cases: [(d: Breakable) => void, string][] = [
      [(d) => (d.schemaVersion = '2.0'), 'unknown-value /schemaVersion'],
      [(d) => (d.schemaVersion = 1), 'unknown-value /schemaVersion'],
      [(d) => (d.totals.tax = '5'), 'wrong-type /totals/tax'],
      [(d) => (d.totals.tax = 1e12), 'out-of-range /totals/tax'],
      [(d) => (d.totals.tax = -1e12), 'out-of-range /totals/tax'],
      [(d) => (d.totals = null), 'wrong-type /totals'],
      [(d) => (d.cashier = []), 'wrong-type /cashier'],
      [(d) => (d.flags = { training: 1 }), 'wrong-type /flags/training'],
      [(d) => (d.extensions = []), 'wrong-type /extensions'],
      [
        (d) => (d.extensions = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`k${i}`, 1]))),
        'wrong-count /extensions',
      ],
      [(d) => (d.lines = Array(5001).fill(d.lines[1])), 'wrong-count /lines'],
      [(d) => (d.taxes[0].baseIncludes = []), 'wrong-count /taxes/0/baseIncludes'],
      [(d) => (d.tenders[0].card = { brand: 'VISA', last4: '11111' }), 'wrong-format /tenders/0/card/last4'],
      [(d) => (d.lines[0].quantity = '1.0000001'), 'wrong-format /lines/0/quantity'],
      [(d) => (d.lines[0].quantity = '1e3'), 'wrong-format /lines/0/quantity'],
      [(d) => (d.lines[0].quantity = '01'), 'wrong-format /lines/0/quantity'],
      [(d) => (d.lines[0].unitPrice = '1\n'), 'wrong-format /lines/0/unitPrice'],
      [(d) => (d.taxes[0].rate = '19'), 'wrong-format /taxes/0/rate'],
      [(d) => (d.journalId = 'a/b'), 'wrong-format /journalId'],
      [(d) => (d.terminalId = '../x'), 'wrong-format /terminalId'],
      [(d) => (d.occurredAt = '2026-03-14T17:05:09'), 'wrong-format /occurredAt'],
      [(d) => (d.lines[0].__proto__x = 1), 'unknown-member /lines/0/__proto__x'],
    ]
    for (const [change, expected] of cases) assert.deepEqual(found(change), [expected])
  })

  it('takes as many of everything as the limits say, and not one more', () => {
    const cases: [name: string, limit: number, element: unknown][] = [
      ['lines', LIMITS.lines, plainLine(1, 1)],
      ['discounts', LIMITS.documentDiscounts, { amount: 0 }],
      ['taxes', LIMITS.taxes, plainSale().taxes[0]],
      ['tenders', LIMITS.tenders, { type: 'voucher', amount: 700 }],
      ['references', LIMITS.references, { type: 'original', receiptNumber: '1' }],
    ]
    for (const [name, limit, element] of cases) {
      assert.deepEqual(
        found((d) => (d[name] = Array(limit).fill(element))),
        [],
      )
      assert.deepEqual(
        found((d) => (d[name] = Array(limit + 1).fill(element))),
        [`wrong-count /${name}`],
      )
    }
  })

  it('counts the characters of a text as Unicode code points', () => {
    const codes = (description: string) => found((d) => (d.lines[0].description = description))
    const { maxLength } = LineSchema.properties.description
    for (const character of ['a', 'é', '日', '😀']) {
      assert.deepEqual(codes(character.repeat(maxLength as number)), [], character)
      assert.deepEqual(codes(character.repeat((maxLength as number) + 1)), ['wrong-length /lines/0/description'])
    }
    assert.deepEqual(codes(`${'😀'.repeat(maxLength as number)}a`), ['wrong-length /lines/0/description'])
  })

  it('still finds what is wrong beside long texts of characters beyond the first plane', () => {
    const others = found((d) => {
      for (const line of d.lines) line.description = '😀'.repeat(200)
      d.lines[1].itemCode = ''
      d.totals.tax = null
    }, 2)
    assert.deepEqual(others, ['wrong-length /lines/1/itemCode', 'wrong-type /totals/tax'])
  })

  it('knows the root', () => {
    for (const value of [null, [], 'x', 7]) assert.deepEqual(schemaViolations(value, 100)[0]?.pointer, '')
  })

  it('stops at its limit', () => {
    const many = (d: Breakable) => {
      for (let i = 0; i < 10_000; i++) d[`x${i}`] = 1
    }
    assert.equal(found(many, 5).length, 5)
  })

  it('masks names that the sender chose', () => {
    assert.deepEqual(
      found((d) => (d['4111111111111111'] = 1)),
      ['unknown-member /(masked)'],
    )
  })
})
