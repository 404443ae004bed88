import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { TSchema } from '@sinclair/typebox'
import { INVOICE_RULES, INVOICE_WARNINGS } from '../../src/invoice/rules/catalogue.ts'
import { type Invoice, InvoiceSchema } from '../../src/invoice/schema.ts'
import { WORLD } from '../cases/world.ts'
import { countryOf, invoiceOfCase } from '../cases/world-case.ts'
import { judge } from '../invoice/judge.ts'

const page = readFileSync(new URL('../../docs/invoice.md', import.meta.url), 'utf8')
const receipts = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json = '']) => json)
const quoted = new Set([...page.matchAll(/`([^`\n]+)`/g)].flatMap(([, text = '']) => text.split(/[^\w-]+/)))

suite('docs/invoice.md', () => {
  test('names every member of the invoice', () => {
    assert.deepEqual(
      membersOf(InvoiceSchema).filter((name) => !quoted.has(name)),
      [],
    )
  })

  test('names every rule and warning, and none that there is not', () => {
    const codes = [...INVOICE_RULES, ...INVOICE_WARNINGS].map(({ code }) => code)
    assert.deepEqual(
      codes.filter((code) => !quoted.has(code)),
      [],
    )
    const table = page.slice(page.indexOf('| rules | codes |'), page.indexOf('## Ten receipts'))
    const listed = [...table.matchAll(/`([a-z]+(?:-[a-z0-9]+)+)`/g)].map(([, code]) => code)
    assert.deepEqual(listed.filter((code) => code !== 'pos-warnings').sort(), codes.sort())
  })

  test('has receipts of ten countries, each of them valid and in the table of the world', () => {
    const found = receipts.map((json) => {
      const invoice: Invoice = JSON.parse(json)
      const verdict = judge(Buffer.from(json), 'strict', new Date(Date.parse(invoice.occurredAt) + 1_000))
      assert.deepEqual(verdict.kind === 'valid' ? verdict.warnings : verdict.errors, [])
      const same = WORLD.find((receipt) =>
        isDeepStrictEqual(JSON.parse(JSON.stringify(invoiceOfCase(receipt))), invoice),
      )
      assert.ok(same, `not in test/cases/world: ${invoice.storeId}`)
      return countryOf(same)
    })
    assert.deepEqual([found.length, new Set(found).size], [10, 10])
  })
})

/** The names of all members, at any depth. */
function membersOf({ properties = {}, items }: TSchema): string[] {
  const inner = Object.entries<TSchema>(properties).flatMap(([name, schema]) => [name, ...membersOf(schema)])
  return items === undefined ? inner : [...inner, ...membersOf(items)]
}
