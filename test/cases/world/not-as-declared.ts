import { card, cash, line, rate, tax, total } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const SA = rate('VAT', '0.15', 'S')
const IEPS = rate('IEPS', '0.08')
const MX = rate('IVA', '0.16')
const RECUPEL = rate('RECUPEL', '0')
const BE = rate('BTW-21', '0.21')
const HU = rate('AFA-27', '0.27', 'S')
const MA = rate('US-MA', '0.0625')
const US = rate('US-TX', '0.0825')
const JP8 = rate('CT-R', '0.08', 'S')

/** Receipts that are not what they declare. Each looks like one that is right. */
export const NOT_AS_DECLARED: readonly WorldCase[] = [
  {
    name: 'sa-lines-summed-as-document',
    what: 'Three line taxes of 1.52 are summed, but the till says that it rounds once.',
    source: 'lavaloon-eg/ksa_compliance#386',
    receipt: {
      currency: 'SAR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      lines: ['أ', 'ب', 'ج'].map((name) => line(name, '1', '1010', 10_10, [tax(SA, 1_52)])),
      taxes: [total(SA, 30_30, 4_56)],
      tenders: [card(34_86)],
    },
    refused: [{ pointer: '/taxes/0/taxAmount', code: 'tax-amount', expected: 4_55 }],
  },
  {
    name: 'mx-iva-without-ieps',
    what: 'IVA on the price alone, although its base includes IEPS.',
    source: 'Ley del IVA, article 12',
    receipt: {
      currency: 'MXN',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Chocolate', '1', '10000', 100_00, [tax(IEPS, 8_00), tax(MX, 16_00)])],
      taxes: [total(IEPS, 100_00, 8_00), total(MX, 100_00, 16_00, { baseIncludes: ['IEPS'] })],
      tenders: [card(124_00)],
    },
    refused: [
      { pointer: '/lines/0/taxes/1/amount', code: 'tax-amount', expected: 17_28 },
      { pointer: '/taxes/1/taxableAmount', code: 'tax-group-base', expected: 108_00 },
      { pointer: '/taxes/1/taxAmount', code: 'tax-amount', expected: 17_28 },
    ],
  },
  {
    name: 'be-recupel-forgotten',
    what: 'Two toasters, but the levy of one.',
    source: 'odoo/odoo#7541',
    receipt: {
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'line',
      lines: [
        line('Broodrooster', '2', '5702.48', 114_05, [tax(RECUPEL, 29, { amountPerUnit: '28.93' }), tax(BE, 24_01)]),
      ],
      taxes: [total(RECUPEL, 114_05, 29), total(BE, 114_34, 24_01, { baseIncludes: ['RECUPEL'] })],
      tenders: [card(138_35)],
    },
    refused: [
      { pointer: '/lines/0/taxes/0/amount', code: 'tax-amount', expected: 58 },
      { pointer: '/lines/0/taxes/1/amount', code: 'tax-amount', expected: 24_07 },
      { pointer: '/taxes/0/taxAmount', code: 'line-tax-sum', expected: 58 },
      { pointer: '/taxes/1/taxableAmount', code: 'tax-group-base', expected: 114_63 },
      { pointer: '/taxes/1/taxAmount', code: 'line-tax-sum', expected: 24_07 },
    ],
  },
  {
    name: 'hu-fillers',
    what: 'A tax of 133.09 forint, although the till says that it has whole forint.',
    source: 'ConnectingEurope/eInvoicing-EN16931#325',
    receipt: {
      currency: 'HUF',
      taxMode: 'inclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      roundingSteps: { lines: 100, taxes: 100 },
      lines: [line('Alma', '0.482 KGM', '129900', 626_00, [tax(HU, 133_00)])],
      taxes: [total(HU, 492_91, 133_09)],
      tenders: [card(626_00)],
    },
    refused: [{ pointer: '/taxes/0/taxAmount', code: 'tax-amount', expected: 133_00 }],
  },
  {
    name: 'us-ma-tax-on-the-whole-jacket',
    what: 'Massachusetts: the base says 25.00, the tax is on 200.00.',
    source: 'Massachusetts General Laws, chapter 64H, section 6(k)',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Jacket', '1', '20000', 200_00, [tax(MA, 12_50, { taxableAmount: 25_00 })])],
      taxes: [total(MA, 25_00, 12_50)],
      tenders: [card(212_50)],
    },
    refused: [
      { pointer: '/lines/0/taxes/0/amount', code: 'tax-amount', expected: 1_56 },
      { pointer: '/taxes/0/taxAmount', code: 'tax-amount', expected: 1_56 },
    ],
  },
  {
    name: 'us-unit-rounded-on-the-line',
    what: '30 pieces of 0.55: 1.36 is the tax of the line, but the till says that it rounds each piece.',
    source: 'umbraco/Umbraco.Commerce.Issues#168',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'unit',
      roundingMode: 'halfUp',
      lines: [line('Postcard', '30', '55', 16_50, [tax(US, 1_36)])],
      taxes: [total(US, 16_50, 1_36)],
      tenders: [card(17_86)],
    },
    refused: [
      { pointer: '/lines/0/taxes/0/amount', code: 'tax-amount', expected: 1_50 },
      { pointer: '/taxes/0/taxAmount', code: 'line-tax-sum', expected: 1_50 },
    ],
  },
  {
    name: 'jp-tax-half-up',
    what: 'The till says that tax is rounded down, but 41.76 became 42.',
    source: 'National Tax Agency, Q&A on the Qualified Invoice System',
    receipt: {
      currency: 'JPY',
      exponent: 0,
      taxMode: 'exclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      taxRoundingMode: 'down',
      lines: [line('牛乳', '1', '522', 522, [tax(JP8, 41)])],
      taxes: [total(JP8, 522, 42)],
      tenders: [cash(564)],
    },
    refused: [{ pointer: '/taxes/0/taxAmount', code: 'tax-amount', expected: 41 }],
  },
]
