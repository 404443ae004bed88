import { readFileSync } from 'node:fs'
import type { Refusal } from './world-case.ts'

/** What an invoice should get. */
export interface Wanted {
  readonly status: 201 | 400 | 422
  /** Every violation. */
  readonly violations?: readonly Refusal[]
}

/** An input that once got a wrong answer, byte for byte as it was reported. */
export interface ReportedCase {
  /** In `reported/`. Its end says how it is sent. */
  readonly file: string
  readonly why: string
  readonly wanted: Wanted
}

const STORED: Wanted = { status: 201 }

/** One `.json` file: an invoice that is posted, with the members of its `.declared.json` if there is one. */
export const REPORTED_INVOICES: readonly ReportedCase[] = [
  { file: 'siret-of-the-seller.json', why: 'a business identifier is no card number', wanted: STORED },
  { file: 'receipt-number-like-a-card.json', why: 'a receipt number is no card number', wanted: STORED },
  { file: 'huf-whole-forint.json', why: '0.482 kg x 1,299 = 626 Ft; 27 % included = 133 Ft', wanted: STORED },
  { file: 'chf-line-in-5-rappen.json', why: '0.486 kg x 15.90 = 7.75 CHF', wanted: STORED },
  { file: 'tax-on-tax-mx-ieps-iva.json', why: 'IEPS 8 % of 100.00, IVA 16 % of 108.00', wanted: STORED },
  { file: 'fixed-per-unit-tax-in-vat-base.json', why: 'a levy of 0.2893 a piece, then 21 % on both', wanted: STORED },
  { file: 'tax-rounded-per-unit.json', why: '30 x 0.55 at 8.25 %, rounded a unit: 1.50', wanted: STORED },
  {
    file: 'document-rounding-of-unrounded-lines.json',
    why: 'lines 1.14 and 1.92, base 3.07 of 3.0666',
    wanted: STORED,
  },
  { file: 'voucher-worth-more-no-change.json', why: 'a meal voucher of 20.00 for 15.00', wanted: STORED },
  { file: 'twenty-one-vouchers.json', why: 'as many tenders as a customer has vouchers', wanted: STORED },
  { file: 'line-with-quantity-zero.json', why: 'a remark to the kitchen is a line', wanted: STORED },
  { file: 'description-of-129-emoji.json', why: 'lengths count code points', wanted: STORED },
  {
    file: 'lone-surrogate.json',
    why: 'half of a surrogate pair is no text',
    wanted: { status: 400, violations: [{ pointer: '/lines/0/description', code: 'lone-surrogate' }] },
  },
  {
    file: 'rounding-without-bound.json',
    why: 'a rounding of -10.00 EUR',
    wanted: {
      status: 422,
      violations: [{ pointer: '/totals/rounding', code: 'rounding-bound', expected: 'from -4 to 4' }],
    },
  },
  {
    file: 'tax-bases-unchecked-with-any-discount.json',
    why: 'bases of 0.01 beside a discount of 0.01',
    wanted: {
      status: 422,
      violations: [
        { pointer: '/taxes/0/taxAmount', code: 'tax-amount', expected: 'from 1708 to 1709' },
        { pointer: '/taxes/1/taxAmount', code: 'tax-amount', expected: 'from 1199 to 1200' },
        { pointer: '/taxes/0/taxableAmount', code: 'tax-group-base', expected: 'from 17090 to 17091' },
        { pointer: '/taxes/1/taxableAmount', code: 'tax-group-base', expected: 'from 7998 to 8001' },
      ],
    },
  },
  {
    file: 'line-tax-unchecked.json',
    why: 'a line tax of 999.99 on 11.90',
    wanted: {
      status: 422,
      violations: [{ pointer: '/lines/0/taxes/0/amount', code: 'tax-amount', expected: 190 }],
    },
  },
]

const FOLDER = new URL('./reported/', import.meta.url)

/** The bytes of a reported file. */
export function bytesOf(file: string): Buffer {
  return readFileSync(new URL(file, FOLDER))
}

/** The file that says what an invoice has to declare; undefined if it is sent as it is. */
export function declarationOf(file: string): Buffer | undefined {
  try {
    return bytesOf(file.replace('.json', '.declared.json'))
  } catch {
    return undefined
  }
}

/** What is sent: the bytes of the file, or the invoice with what it declares. */
export function bodyOf({ file }: ReportedCase): Buffer {
  const declared = declarationOf(file)
  if (declared === undefined) return bytesOf(file)
  return Buffer.from(JSON.stringify(mergePatch(JSON.parse(String(bytesOf(file))), JSON.parse(String(declared)))))
}

/** RFC 7396. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name]
    else merged[name] = mergePatch(merged[name], value)
  }
  return merged
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
