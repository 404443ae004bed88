import { card, line, rate, tax, total } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const DE = rate('A', '0.19', 'S')
const DE7 = rate('B', '0.07', 'S')
const ES = rate('IVA', '0.21', 'S')
const SA = rate('VAT', '0.15', 'S')
const SA_ZERO = rate('ZERO', '0.15', 'Z')
const CGST = rate('CGST', '0.09')
const SGST = rate('SGST', '0.09')
const AU = rate('GST', '0.1', 'S')

/** Receipts with a wrong tax. Each looks like one that is right. */
export const WRONG_TAXES: readonly WorldCase[] = [
  {
    name: 'es-line-tax-cut-off',
    what: '21 % of 1,757.50 is 369.075: the line says 369.07, the total 369.08.',
    source: 'OCA/l10n-spain#5173',
    receipt: {
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'line',
      roundingMode: 'halfUp',
      lines: [line('Servicio', '1', '175750', 1757_50, [tax(ES, 369_07)])],
      taxes: [total(ES, 1757_50, 369_08)],
      tenders: [card(2126_58)],
    },
    refused: [{ pointer: '/lines/0/taxes/0/amount', code: 'tax-amount', expected: 369_08 }],
  },
  {
    name: 'sa-tax-cut-off',
    what: '15 % of 20,000.50 is 3,000.075, which is 3,000.08 and not 3,000.07.',
    source: 'wes4m/zatca-xml-js#31',
    receipt: {
      currency: 'SAR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      lines: [line('سيارة', '1', '2000050', 20000_50, [tax(SA, 3000_08)])],
      taxes: [total(SA, 20000_50, 3000_07)],
      tenders: [card(23000_57)],
    },
    refused: [{ pointer: '/taxes/0/taxAmount', code: 'tax-amount', expected: 3000_08 }],
  },
  {
    name: 'sa-zero-rated-with-rate',
    what: 'Category Z (zero rated) with 15 %.',
    source: 'EN 16931, BR-Z-5: the rate of a zero-rated line is 0; ZATCA has the same rule',
    receipt: {
      currency: 'SAR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('دواء', '1', '1000', 10_00, [tax(SA_ZERO, 1_50)])],
      taxes: [total(SA_ZERO, 10_00, 1_50)],
      tenders: [card(11_50)],
    },
    refused: [{ pointer: '/taxes/0/rate', code: 'category-rate' }],
  },
  {
    name: 'in-halves-differ',
    what: 'CGST and SGST have the same rate, but the total of one lacks a rupee.',
    source: 'odoo/odoo#112308',
    receipt: {
      currency: 'INR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Stapler', '1', '21600', 216_00, [tax(CGST, 19_44), tax(SGST, 19_44)])],
      taxes: [total(CGST, 216_00, 19_44), total(SGST, 216_00, 18_44)],
      tenders: [card(253_88)],
    },
    refused: [{ pointer: '/taxes/1/taxAmount', code: 'tax-amount', expected: 19_44 }],
  },
  {
    name: 'de-discount-in-the-wrong-rate',
    what: 'A discount names the full rate, but the base of the reduced rate is lower.',
    source: 'DSFinV-K: a discount is booked to the rates that it reduces',
    receipt: {
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Pfanne', '1', '4000', 40_00, [tax(DE, 7_60)]), line('Honig', '2', '500', 10_00, [tax(DE7, 70)])],
      discounts: [{ amount: 5_00, taxes: [DE] }],
      taxes: [total(DE, 40_00, 7_60), total(DE7, 5_00, 35)],
      tenders: [card(52_95)],
    },
    refused: [
      { pointer: '/taxes/0/taxableAmount', code: 'tax-group-base', expected: 35_00 },
      { pointer: '/taxes/0/taxAmount', code: 'tax-amount', expected: 6_65 },
      { pointer: '/taxes/1/taxableAmount', code: 'tax-group-base', expected: 10_00 },
      { pointer: '/taxes/1/taxAmount', code: 'tax-amount', expected: 70 },
    ],
  },
  {
    name: 'de-discount-wrong-rate-included',
    what: 'The same with prices that include tax.',
    source: 'DSFinV-K: a discount is booked to the rates that it reduces',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Pfanne', '1', '4000', 40_00, [tax(DE, 6_39)]), line('Honig', '2', '500', 10_00, [tax(DE7, 65)])],
      discounts: [{ amount: 5_00, taxes: [DE] }],
      taxes: [total(DE, 33_61, 6_39), total(DE7, 4_67, 33)],
      tenders: [card(45_00)],
    },
    refused: [
      { pointer: '/taxes/0/taxAmount', code: 'tax-amount', expected: 5_59 },
      { pointer: '/taxes/1/taxAmount', code: 'tax-amount', expected: 65 },
      { pointer: '/taxes/0/taxableAmount', code: 'tax-group-base', expected: 29_41 },
      { pointer: '/taxes/1/taxableAmount', code: 'tax-group-base', expected: 9_35 },
    ],
  },
  {
    name: 'au-tax-of-nothing',
    what: 'A tax that no line carries.',
    source: 'Seen when a till drops lines but keeps their sums',
    receipt: {
      currency: 'AUD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Milk', '1', '310', 3_10)],
      taxes: [total(AU, 3_10, 31)],
      tenders: [card(3_41)],
    },
    refused: [
      { pointer: '/taxes/0/taxableAmount', code: 'tax-without-line', expected: 0 },
      { pointer: '/taxes/0/taxAmount', code: 'tax-without-line', expected: 0 },
    ],
  },
]
