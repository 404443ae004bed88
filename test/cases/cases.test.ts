import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { suite, test } from 'node:test'
import type { Invoice } from '../../src/invoice/schema.ts'
import { judge } from '../invoice/judge.ts'
import { matchesPublishedSchema } from '../invoice/published-schema.ts'
import { outcome, outcomeOfVerdict, wantedOf } from './outcome.ts'
import { bodyOf, REPORTED_INVOICES } from './reported.ts'
import { OTHER_INPUTS } from './run-cases.ts'
import { WORLD } from './world.ts'
import { countryOf, invoiceOfCase } from './world-case.ts'

const bytesOf = (invoice: Invoice) => Buffer.from(JSON.stringify(invoice))

suite('inputs that once got a wrong answer', () => {
  test('are all of the folder', () => {
    const files = readdirSync(new URL('./reported/', import.meta.url)).filter((name) => !name.includes('.declared.'))
    assert.deepEqual(files.sort(), [...REPORTED_INVOICES.map(({ file }) => file), ...OTHER_INPUTS].sort())
  })

  for (const reported of REPORTED_INVOICES) {
    test(`${reported.file} gets ${reported.wanted.status}: ${reported.why}`, () => {
      assert.deepEqual(outcomeOfVerdict(judge(bodyOf(reported))), outcome(reported.wanted))
    })
  }
})

suite('receipts of the world', () => {
  test('are many, of many countries, each with a name of its own', () => {
    assert.ok(WORLD.length >= 100)
    assert.ok(new Set(WORLD.map(countryOf)).size >= 40)
    assert.equal(new Set(WORLD.map(({ name }) => name)).size, WORLD.length)
  })

  for (const receipt of WORLD) {
    const wanted = wantedOf(receipt)
    test(`${receipt.name} ${wanted.status === 201 ? 'is taken' : 'is refused'}: ${receipt.what}`, () => {
      const invoice = invoiceOfCase(receipt)
      assert.deepEqual(outcomeOfVerdict(judge(bytesOf(invoice))), outcome(wanted))
      assert.ok(matchesPublishedSchema(JSON.parse(String(bytesOf(invoice)))) || wanted.status !== 201)
    })
  }
})

suite('a receipt of the world that is taken', () => {
  const taken = WORLD.filter(({ refused }) => refused === undefined)

  for (const receipt of taken) {
    test(`${receipt.name} is refused when any total is wrong by one minor unit`, () => {
      const { totals } = invoiceOfCase(receipt)
      const accepted = Object.keys(totals).filter((name) => {
        const invoice = invoiceOfCase(receipt)
        const wrong = { ...invoice, totals: { ...totals, [name]: (totals as Record<string, number>)[name]! + 1 } }
        return judge(bytesOf(wrong)).kind === 'valid'
      })
      assert.deepEqual(accepted, [])
    })
  }

  for (const receipt of taken.filter(({ receipt }) => receipt.taxes !== undefined)) {
    test(`${receipt.name} is refused when a base or a tax is wrong by two steps and all sums agree`, () => {
      const { taxes, roundingSteps } = invoiceOfCase(receipt)
      const by = 2 * (roundingSteps?.taxes ?? 1)
      const accepted = taxes.flatMap((_, i) =>
        [withBase, withTax].filter((change) => judge(bytesOf(change(invoiceOfCase(receipt), i, by))).kind === 'valid'),
      )
      assert.deepEqual(accepted, [])
    })
  }
})

/** The invoice with a higher base. */
function withBase(invoice: Invoice, index: number, by: number): Invoice {
  const taxes = invoice.taxes.map((tax, i) => (i === index ? { ...tax, taxableAmount: tax.taxableAmount + by } : tax))
  return { ...invoice, taxes }
}

/** The invoice with a higher tax, and all sums that follow from it. */
function withTax(invoice: Invoice, index: number, by: number): Invoice {
  const isInclusive = invoice.taxMode === 'inclusive'
  const less = isInclusive ? by : 0
  const taxes = invoice.taxes.map((tax, i) =>
    i === index ? { ...tax, taxAmount: tax.taxAmount + by, taxableAmount: tax.taxableAmount - less } : tax,
  )
  const { totals } = invoice
  const more = isInclusive ? 0 : by
  return {
    ...invoice,
    taxes,
    totals: {
      ...totals,
      tax: totals.tax + by,
      taxExclusive: totals.taxExclusive - less,
      taxInclusive: totals.taxInclusive + more,
      payable: totals.payable + more,
      tendered: totals.tendered + more,
    },
    tenders: invoice.tenders.map((tender, i) => (i === 0 ? { ...tender, amount: tender.amount + more } : tender)),
  }
}
