import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { Invoice } from '../../src/invoice/schema.ts'
import { judge, violationsOf } from './judge.ts'
import type { Breakable } from './plain-sale.ts'
import { ringUpDeclared, type TillPlan, tillPlan } from './till.ts'

/** The pointers of all amounts that follow from the others, and that only one value is right for. */
function amountsOf(invoice: Invoice, plan: TillPlan): string[] {
  const isByLine = invoice.taxRounding === 'line' || invoice.taxRounding === 'unit'
  const ofLines = invoice.lines.flatMap(({ taxes }, i) => [
    `/lines/${i}/grossAmount`,
    `/lines/${i}/netAmount`,
    ...(isByLine && invoice.discounts.length === 0 ? taxes.map((_, k) => `/lines/${i}/taxes/${k}/amount`) : []),
  ])
  const ofTaxes = invoice.taxes.flatMap((_, i) => [
    ...(isByLine || !hasBoundedBases(plan) ? [`/taxes/${i}/taxableAmount`] : []),
    `/taxes/${i}/taxAmount`,
  ])
  const ofTotals = Object.keys(invoice.totals).map((name) => `/totals/${name}`)
  return [...ofLines, ...ofTaxes, ...ofTotals]
}

/** Bases that are computed from a part of a tax, or from unrounded amounts in two ways, only have bounds. */
function hasBoundedBases({ regime, taxMode, taxRounding, items }: TillPlan): boolean {
  const codes = regime.sets.flat()
  const isShared = codes.length > new Set(codes).size
  const isPart = items.some(({ ownBasePercent }) => ownBasePercent !== undefined)
  return isShared || isPart || (taxRounding === 'unrounded' && taxMode === 'inclusive')
}

/** Changes the amount at a pointer. Returns what it was. */
function change(document: Breakable, pointer: string, by: number): number {
  const path = pointer.split('/').slice(1)
  const parent = path.slice(0, -1).reduce((value, name) => value[name], document)
  const name = path.at(-1) as string
  parent[name] += by
  return parent[name] - by
}

const RUNS = { numRuns: 1_500 }

describe('what a till declares', () => {
  it('is taken at its word: any invoice that is rung up so is valid', () => {
    fc.assert(
      fc.property(tillPlan, (plan) => {
        assert.deepEqual(violationsOf(ringUpDeclared(plan)), [])
      }),
      RUNS,
    )
  })

  it('is checked: no amount can be one step off, wherever it is', () => {
    fc.assert(
      fc.property(
        tillPlan.filter(({ discount }) => !discount.startsWith('open')),
        fc.nat(),
        fc.constantFrom(-1, 1),
        (plan, at, sign) => {
          const changed = ringUpDeclared({ ...plan, declaresMode: true })
          const amounts = amountsOf(changed, plan)
          const pointer = amounts[at % amounts.length] as string
          change(changed, pointer, sign * (pointer.includes('/tax') ? plan.steps.taxes : plan.steps.lines))
          assert.equal(judge(changed).kind, 'invalid', pointer)
        },
      ),
      RUNS,
    )
  })

  it('is checked exactly: the answer names the wrong amount and the right one', () => {
    // Where several ways to compute are lawful, an amount may be right in another way, and the sum over it wrong.
    const exact = tillPlan.filter(
      (plan) =>
        !plan.discount.startsWith('open') &&
        plan.regime.charges.every(({ includes }) => includes.length === 0) &&
        (plan.taxRounding === 'line' || plan.taxRounding === 'unit' || !hasBoundedBases(plan)) &&
        plan.taxRounding !== 'unrounded',
    )
    fc.assert(
      fc.property(exact, fc.nat(), fc.constantFrom(-1, 1), (plan, at, sign) => {
        const changed = ringUpDeclared({ ...plan, declaresMode: true })
        const amounts = amountsOf(changed, plan)
        const pointer = amounts[at % amounts.length] as string
        const right = change(changed, pointer, sign)
        const result = judge(changed)
        assert.ok(result.kind === 'invalid')
        assert.ok(
          result.errors.some((error) => error.pointer === pointer && error.expected === right),
          `${pointer} ${right} ${JSON.stringify(result.errors)}`,
        )
      }),
      RUNS,
    )
  })
})
