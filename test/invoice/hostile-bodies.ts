import { Buffer } from 'node:buffer'
import { type Invoice, InvoiceSchema } from '../../src/invoice/schema.ts'
import { seededRandom } from '../../src/tools/simulate/seeded-random.ts'
import { documentOver, plainLine, plainSale } from './plain-sale.ts'

/** The default of MAX_INVOICE_BYTES. */
const MAX_BYTES = 800_000

/** A document of a kind that grows with `n`, nearly as large as an invoice may be. */
function large(make: (n: number) => unknown): Buffer {
  const bytesOf = (n: number) => Buffer.byteLength(JSON.stringify(make(n)))
  const elementBytes = bytesOf(11) - bytesOf(10)
  return Buffer.from(JSON.stringify(make(Math.floor((0.95 * MAX_BYTES) / elementBytes))))
}

const lines = (count: number, more: Partial<Invoice['lines'][number]> = {}) =>
  Array.from({ length: count }, (_, i) => plainLine(i + 1, 100, { itemCode: '1', ...more }))

/** Taxes of one code and different rates. */
const taxes = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ taxCode: 'a', rate: `0.${String(i + 1).padStart(2, '0')}` }))

/** Each line has taxes of its own choice among 32. */
function manyTaxSets(more: Partial<Invoice>): Buffer {
  const random = seededRandom(1)
  const chosen = () => taxes(32).filter(() => random() < 0.25)
  const taxed = lines(1_400).map((line) => ({ ...line, taxes: chosen().map((tax) => ({ ...tax, amount: 1 })) }))
  const ofDocument = taxes(32).map((tax) => ({ ...tax, taxableAmount: 100, taxAmount: 1 }))
  return Buffer.from(JSON.stringify(documentOver(taxed, { ...more, taxes: ofDocument }, 32)))
}

/** The same with everything declared that taxes can declare, so that each tax is a chain of fractions. */
function declaredTaxSets(more: Partial<Invoice>): Buffer {
  const random = seededRandom(2)
  const keys = taxes(32).map((tax, i) => ({ ...tax, taxCode: `t${i}` }))
  const chosen = () => keys.filter(() => random() < 0.25)
  const declared = () => ({ amount: 1, amountPerUnit: '0.123456', ...(random() < 0.1 ? { taxableAmount: 7 } : {}) })
  const taxed = lines(900, { quantity: '3', unitPrice: '33.333333' }).map((line, i) => ({
    ...line,
    priceBase: more.taxRounding === 'unit' ? '1' : String(i + 3),
    taxes: chosen().map((tax) => ({ ...tax, ...declared() })),
  }))
  const ofDocument = keys.map((tax, i) => ({
    ...tax,
    taxableAmount: 100,
    taxAmount: 1,
    ...(i > 0 ? { baseIncludes: keys.slice(0, i).map(({ taxCode }) => taxCode) } : {}),
  }))
  return Buffer.from(JSON.stringify(documentOver(taxed, { ...more, taxes: ofDocument }, 32)))
}

/** An ordinary invoice of the size that the others have. */
export const largePlainBody = large((n) => documentOver(lines(n), {}))

/** Bodies that ask for more work than an ordinary one of their size. */
export const hostileBodies: ReadonlyMap<string, Buffer> = new Map([
  ...InvoiceSchema.properties.taxRounding.enum.flatMap((taxRounding: Invoice['taxRounding']) =>
    (['inclusive', 'exclusive'] as const).map(
      (taxMode) => [`tax sets, ${taxMode}, ${taxRounding}`, manyTaxSets({ taxMode, taxRounding })] as const,
    ),
  ),
  ...InvoiceSchema.properties.taxRounding.enum.flatMap((taxRounding: Invoice['taxRounding']) =>
    (['inclusive', 'exclusive'] as const).map(
      (taxMode) => [`declared taxes, ${taxMode}, ${taxRounding}`, declaredTaxSets({ taxMode, taxRounding })] as const,
    ),
  ),
  ['a last line that is wrong', large((n) => documentOver([...lines(n), plainLine(n + 1, 1, { itemCode: '' })], {}))],
  ['long texts of emoji', large((n) => documentOver(lines(n, { description: '😀'.repeat(800) }), {}))],
  ['big products', large((n) => documentOver(lines(n, { quantity: '9.999999', unitPrice: '9'.repeat(12) }), {}))],
  ['line discounts', large((n) => documentOver(lines(n, { discounts: Array(99).fill({ amount: 0 }) }), {}))],
  ['document discounts', large((n) => ({ ...plainSale(), discounts: Array(n).fill({ amount: 1, taxes: taxes(32) }) }))],
  ['tenders', large((n) => ({ ...plainSale(), tenders: Array(n).fill({ type: 'cash', amount: 1 }) }))],
  [
    'unknown members',
    large((n) => ({ ...plainSale(), ...Object.fromEntries([...Array(n).keys()].map((i) => [`x${100_000 + i}`, 1])) })),
  ],
  ['U+0000', large((n) => ({ ...plainSale(), extensions: { a: Array(n).fill('\0') } }))],
  [
    'half a surrogate pair at the end',
    large((n) => ({ ...plainSale(), extensions: { a: Array(n).fill('a'), b: '\ud800' } })),
  ],
  ['a fraction at the end', large((n) => [...Array(n).fill(1), 1.5])],
])
