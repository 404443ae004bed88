import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { thousandLines } from '../../openapi/examples-thousand-lines.ts'
import type { Invoice } from '../../src/invoice/schema.ts'
import { judge } from './judge.ts'
import type { Breakable } from './plain-sale.ts'
import { matchesPublishedSchema } from './published-schema.ts'

const FOLDER = new URL('../../openapi/examples/', import.meta.url)
const bodies = new Map(
  readdirSync(FOLDER).map((name) => [name.replace('.json', ''), readFileSync(new URL(name, FOLDER))] as const),
)
const sample = (name: string): Invoice => JSON.parse(String(bodies.get(name)))

/** Documents that settle no money: nothing of their arithmetic can go wrong. */
const UNSETTLED = ['cancelled', 'no-sale', 'skipped']

describe('the samples', () => {
  it('are one for each case that tills ask about', () => {
    assert.deepEqual([...bodies.keys()].sort(), [
      'cancelled',
      'cash-rounding',
      'exchange',
      'foreign-tender',
      'gift-card',
      'lines-in-five-rappen',
      'no-sale',
      'prices-with-and-without-tax',
      'return',
      'sale',
      'skipped',
      'tax-exclusive',
      'tax-inclusive',
      'tax-on-part',
      'tax-on-tax',
      'tax-per-piece',
      'tax-rounded-down',
      'tax-rounded-per-unit',
      'thousand-lines',
      'three-decimal-currency',
      'unrounded-lines',
      'void',
      'voucher-without-change',
      'whole-forint',
      'zero-decimal-currency',
    ])
  })

  for (const [name, body] of bodies) {
    it(`${name} is valid in a strict store, without warnings`, () => {
      const receivedAt = new Date(new Date(sample(name).occurredAt).getTime() + 1000)
      const result = judge(body, 'strict', receivedAt)
      assert.deepEqual(result.kind === 'valid' ? result.warnings : result.errors, [])
    })

    it(`${name} is valid for the published schema`, () => {
      assert.ok(matchesPublishedSchema(JSON.parse(String(body))), JSON.stringify(matchesPublishedSchema.errors))
    })

    if (UNSETTLED.includes(name)) continue
    it(`${name} has arithmetic that notices one minor unit in any total`, () => {
      for (const total of Object.keys(sample(name).totals)) {
        const changed: Breakable = sample(name)
        changed.totals[total] += 1
        assert.equal(judge(changed).kind, 'invalid', total)
      }
    })

    it(`${name} has arithmetic that notices two steps in any line`, () => {
      for (let i = 0; i < Math.min(20, sample(name).lines.length); i++) {
        const changed: Breakable = sample(name)
        changed.lines[i].grossAmount += 2 * (changed.roundingSteps?.lines ?? 1)
        assert.equal(judge(changed).kind, 'invalid', String(i))
      }
    })
  }

  it('show what they are named after', () => {
    assert.notEqual(sample('cash-rounding').totals.rounding, 0)
    assert.ok(sample('foreign-tender').tenders[0]?.foreign !== undefined)
    assert.ok(sample('gift-card').tenders.some(({ type }) => type === 'giftCard'))
    assert.ok(sample('gift-card').lines.some(({ taxes }) => taxes.length === 0))
    assert.equal(sample('tax-inclusive').taxMode, 'inclusive')
    assert.equal(sample('tax-exclusive').taxMode, 'exclusive')
    assert.equal(sample('zero-decimal-currency').currency.exponent, 0)
    assert.equal(sample('three-decimal-currency').currency.exponent, 3)
    assert.equal(sample('thousand-lines').lines.length, 1000)
    assert.deepEqual(sample('whole-forint').roundingSteps, { lines: 100, taxes: 100, cash: 500 })
    assert.deepEqual(sample('lines-in-five-rappen').roundingSteps, { lines: 5 })
    assert.equal(sample('tax-rounded-down').taxRoundingMode, 'down')
    assert.deepEqual(sample('tax-on-tax').taxes[1]?.baseIncludes, ['IEPS-8'])
    assert.equal(sample('tax-per-piece').lines[0]?.taxes[0]?.amountPerUnit, '28.93')
    assert.equal(sample('tax-on-part').lines[0]?.taxes[0]?.taxableAmount, 5000)
    assert.equal(sample('tax-rounded-per-unit').taxRounding, 'unit')
    assert.equal(sample('unrounded-lines').taxRounding, 'unrounded')
    assert.equal(sample('voucher-without-change').totals.forfeited, 500)
    assert.ok(sample('voucher-without-change').lines.some(({ quantity }) => quantity === '0'))
    assert.equal(sample('prices-with-and-without-tax').taxMode, 'exclusive')
    assert.deepEqual(
      ['sale', 'return', 'exchange', 'void', 'no-sale', 'skipped', 'cancelled'].map(
        (name) => sample(name).documentType,
      ),
      ['sale', 'return', 'exchange', 'void', 'noSale', 'skipped', 'cancelled'],
    )
  })

  it('take discounts, cash rounding, change, several taxes and weighed goods between them', () => {
    const all = [...bodies.keys()].map(sample)
    assert.ok(all.some(({ discounts }) => discounts.some(({ taxes }) => taxes !== undefined)))
    assert.ok(all.some(({ lines }) => lines.some(({ discounts }) => discounts.length > 0)))
    assert.ok(all.some(({ lines }) => lines.some(({ taxes }) => taxes.length > 1)))
    assert.ok(all.some(({ lines }) => lines.some(({ quantity }) => quantity.includes('.'))))
    assert.ok(all.some(({ lines }) => lines.some(({ priceBase }) => priceBase !== undefined)))
    assert.ok(all.some(({ totals }) => totals.change > 0))
  })

  it('have the thousand lines that the script makes', () => {
    assert.deepEqual(sample('thousand-lines'), thousandLines())
  })
})
