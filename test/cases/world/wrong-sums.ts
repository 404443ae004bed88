import { card, cash, giftCard, line, rate, tax, total, voucher } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const DE = rate('A', '0.19', 'S')
const FR = rate('TVA-20', '0.2', 'S')
const MX = rate('IVA', '0.16')
const CH = rate('MWST-R', '0.026', 'S')
const JP8 = rate('CT-R', '0.08', 'S')

/** Receipts that are wrong elsewhere. Each looks like one that is right. */
export const WRONG_SUMS: readonly WorldCase[] = [
  {
    name: 'fr-base-and-tax-both-up',
    what: '399.99 with 20 %: base and tax are both rounded up, to 400.00.',
    source: 'odoo/odoo#20573',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      lines: [line('Table', '1', '39999', 399_99, [tax(FR, 66_67)])],
      taxes: [total(FR, 333_33, 66_67)],
      totals: { taxExclusive: 333_33, taxInclusive: 400_00, payable: 400_00 },
      tenders: [card(400_00)],
    },
    refused: [
      { pointer: '/totals/taxInclusive', code: 'net-total', expected: 399_99 },
      { pointer: '/taxes/0/taxableAmount', code: 'tax-group-base', expected: 333_32 },
    ],
  },
  {
    name: 'mx-sum-of-line-taxes',
    what: 'The total of the tax is one cent less than the sum of the lines.',
    source: 'itadmin01/Odoo_CFDI#12 (CFDI40221)',
    receipt: {
      currency: 'MXN',
      taxMode: 'exclusive',
      taxRounding: 'line',
      lines: [line('Tela', '1', '1003', 10_03, [tax(MX, 1_60)]), line('Hilo', '1', '1004', 10_04, [tax(MX, 1_61)])],
      taxes: [total(MX, 20_07, 3_20)],
      tenders: [card(23_27)],
    },
    refused: [{ pointer: '/taxes/0/taxAmount', code: 'line-tax-sum', expected: 3_21 }],
  },
  {
    name: 'ch-rounding-of-half-a-franc',
    what: '1.66 is paid as 1.50: more than 5 Rappen can explain.',
    source: 'Swiss coins end at 5 Rappen',
    receipt: {
      currency: 'CHF',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Brot', '1', '166', 1_66, [tax(CH, 4)])],
      taxes: [total(CH, 1_62, 4)],
      totals: { rounding: -16 },
      tenders: [cash(1_50)],
    },
    refused: [{ pointer: '/totals/rounding', code: 'rounding-bound', expected: 'from -4 to 4' }],
  },
  {
    name: 'fr-cash-forfeited',
    what: '20.00 in cash for 15.00, and no change.',
    source: 'Only vouchers and the like may be worth more than is due',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Menu du jour', '1', '1500', 15_00, [tax(FR, 2_50)])],
      taxes: [total(FR, 12_50, 2_50)],
      totals: { forfeited: 5_00 },
      tenders: [cash(20_00)],
    },
    refused: [{ pointer: '/totals/forfeited', code: 'forfeited-bound', expected: 0 }],
  },
  {
    name: 'fr-voucher-without-a-word',
    what: 'A voucher of 20.00 for 15.00: nothing says where 5.00 went.',
    source: 'OCA/pos#1091',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Menu du jour', '1', '1500', 15_00, [tax(FR, 2_50)])],
      taxes: [total(FR, 12_50, 2_50)],
      tenders: [voucher(20_00)],
    },
    refused: [{ pointer: '/totals/change', code: 'change-sum', expected: 5_00 }],
  },
  {
    name: 'de-wrong-change',
    what: '20.00 for 11.90, and 9.10 change.',
    source: 'The tenders, less the change, are what was paid',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Milch', '1', '1190', 11_90, [tax(DE, 1_90)])],
      taxes: [total(DE, 10_00, 1_90)],
      totals: { change: 9_10 },
      tenders: [cash(20_00)],
    },
    refused: [{ pointer: '/totals/change', code: 'change-sum', expected: 8_10 }],
  },
  {
    name: 'de-surcharge-as-discount',
    what: 'A negative discount makes a line dearer.',
    source: 'A surcharge is a line of its own',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Kaffee', '1', '300', 3_00, [tax(DE, 56)], { discounts: [{ amount: -50 }] })],
      taxes: [total(DE, 2_94, 56)],
      tenders: [giftCard(3_50)],
    },
    refused: [{ pointer: '/lines/0/discounts/0/amount', code: 'discount-sign' }],
  },
  {
    name: 'jp-yen-with-decimals',
    what: 'Yen sent with two decimals.',
    source: 'ISO 4217: JPY has no minor unit',
    receipt: {
      currency: 'JPY',
      exponent: 2,
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('弁当', '1', '108000', 1080_00, [tax(JP8, 80_00)])],
      taxes: [total(JP8, 1000_00, 80_00)],
      tenders: [cash(1080_00)],
    },
    refused: [{ pointer: '/currency/exponent', code: 'currency-exponent', expected: 0 }],
  },
]
