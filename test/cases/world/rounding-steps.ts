import { card, cash, line, rate, tax, total } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const HU27 = rate('AFA-27', '0.27', 'S')
const HU18 = rate('AFA-18', '0.18', 'S')
const CH = rate('MWST-R', '0.026', 'S')
const TW = rate('BT', '0.05', 'S')
const CO = rate('IVA', '0.19', 'S')
const JP10 = rate('CT', '0.1', 'S')
const JP8 = rate('CT-R', '0.08', 'S')
const CL = rate('IVA', '0.19', 'S')
const CGST = rate('CGST', '0.09')
const SGST = rate('SGST', '0.09')
const HALF_UP = { roundingMode: 'halfUp' } as const

/** Amounts that are rounded to more than the minor unit, and taxes that are rounded otherwise than amounts. */
export const ROUNDING_STEPS: readonly WorldCase[] = [
  {
    name: 'hu-whole-forint',
    what: 'Every amount in whole forint; the total is paid in 5 forint coins.',
    source: 'Act III of 2008 on withdrawing 1 and 2 forint coins; ConnectingEurope/eInvoicing-EN16931#325',
    receipt: {
      occurredAt: '2026-03-14T17:05:09+01:00',
      journalId: '2026-03-14',
      currency: 'HUF',
      taxMode: 'inclusive',
      taxRounding: 'document',
      ...HALF_UP,
      roundingSteps: { lines: 100, taxes: 100, cash: 500 },
      lines: [
        line('Alma', '0.482 KGM', '129900', 626_00, [tax(HU27, 133_00)]),
        line('Kenyér', '1', '89800', 898_00, [tax(HU18, 137_00)]),
      ],
      taxes: [total(HU27, 493_00, 133_00), total(HU18, 761_00, 137_00)],
      totals: { rounding: 1_00, change: 475_00 },
      tenders: [cash(2000_00)],
    },
  },
  {
    name: 'hu-ten-of-1550',
    what: 'Ten pieces of 1,550 forint cost 15,500, whatever the net price of one is.',
    source: 'woocommerce/woocommerce#29657',
    receipt: {
      currency: 'HUF',
      taxMode: 'inclusive',
      taxRounding: 'document',
      ...HALF_UP,
      roundingSteps: { lines: 100, taxes: 100 },
      lines: [line('Könyvjelző', '10', '155000', 15500_00, [tax(HU27, 3295_00)])],
      taxes: [total(HU27, 12205_00, 3295_00)],
      tenders: [card(15500_00)],
    },
  },
  {
    name: 'ch-lines-in-5-rappen',
    what: 'Weighed goods are priced in 5 Rappen, so that no total has to be rounded.',
    source: 'Swiss coins end at 5 Rappen (Federal Act on Currency and Payment Instruments); RubyMoney/money#1117',
    receipt: {
      occurredAt: '2026-03-14T17:05:09+01:00',
      journalId: '2026-03-14',
      currency: 'CHF',
      taxMode: 'inclusive',
      taxRounding: 'document',
      ...HALF_UP,
      roundingSteps: { lines: 5 },
      lines: [
        line('Gruyère rezent', '0.486 KGM', '1590', 7_75, [tax(CH, 20)]),
        line('Bio Vollmilch 1 l', '2', '185', 3_70, [tax(CH, 9)]),
      ],
      taxes: [total(CH, 11_16, 29)],
      tenders: [cash(11_45)],
    },
  },
  {
    name: 'tw-whole-dollars',
    what: 'Amounts and the included tax in whole dollars, although ISO 4217 gives TWD two decimals.',
    source: 'Enforcement Rules of the Value-added and Non-value-added Business Tax Act, article 32-1',
    receipt: {
      currency: 'TWD',
      taxMode: 'inclusive',
      taxRounding: 'document',
      ...HALF_UP,
      roundingSteps: { lines: 100, taxes: 100 },
      lines: [
        line('茶葉蛋', '3', '3500', 105_00, [tax(TW, 5_00)]),
        line('香蕉', '0.353 KGM', '12000', 42_00, [tax(TW, 2_00)]),
      ],
      taxes: [total(TW, 140_00, 7_00)],
      tenders: [cash(147_00)],
    },
  },
  {
    name: 'co-whole-pesos',
    what: 'Amounts in whole pesos, cash in 50 pesos.',
    source: 'Banco de la República: the smallest coin is 50 pesos',
    receipt: {
      currency: 'COP',
      taxMode: 'inclusive',
      taxRounding: 'document',
      ...HALF_UP,
      roundingSteps: { lines: 100, taxes: 100 },
      lines: [line('Café molido 500 g', '1', '1299000', 12990_00, [tax(CO, 2074_00)])],
      taxes: [total(CO, 10916_00, 2074_00)],
      totals: { rounding: 10_00 },
      tenders: [cash(13000_00)],
    },
  },
  {
    name: 'jp-tax-down',
    what: 'Prices without tax: lines are rounded half up, the tax of each rate once and down.',
    source: 'National Tax Agency, Q&A on the Qualified Invoice System: one rounding per rate and invoice, in any mode',
    receipt: {
      occurredAt: '2026-03-14T17:05:09+09:00',
      journalId: '2026-03-14',
      currency: 'JPY',
      exponent: 0,
      taxMode: 'exclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      taxRoundingMode: 'down',
      lines: [
        line('牛乳 1 l', '1', '198', 198, [tax(JP8, 15)]),
        line('鶏もも肉', '0.253 KGM', '1280', 324, [tax(JP8, 25)]),
        line('ラップ', '1', '105', 105, [tax(JP10, 10)]),
      ],
      taxes: [total(JP8, 522, 41), total(JP10, 105, 10)],
      totals: { change: 322 },
      tenders: [cash(1000)],
    },
  },
  {
    name: 'jp-included-tax-down',
    what: 'Prices with tax: 1,000 yen include 90.9, that is 90 yen of tax.',
    source: 'National Tax Agency, Q&A on the Qualified Invoice System: total with tax x 10/110',
    receipt: {
      currency: 'JPY',
      exponent: 0,
      taxMode: 'inclusive',
      taxRounding: 'document',
      roundingMode: 'down',
      lines: [line('弁当箱', '1', '1000', 1000, [tax(JP10, 90)])],
      taxes: [total(JP10, 910, 90)],
      tenders: [card(1000)],
    },
  },
  {
    name: 'kw-lines-in-5-fils',
    what: 'No tax; weighed goods are priced in 5 fils. The dinar has three decimals.',
    source: 'Central Bank of Kuwait: the smallest coin is 5 fils',
    receipt: {
      currency: 'KWD',
      exponent: 3,
      taxMode: 'inclusive',
      taxRounding: 'document',
      ...HALF_UP,
      roundingSteps: { lines: 5 },
      lines: [line('تمر', '0.347 KGM', '1250', 435)],
      tenders: [cash(500)],
      totals: { change: 65 },
    },
  },
  {
    name: 'cl-negative-line',
    what: 'A price of -77.5 pesos is rounded away from zero, to -78.',
    source: 'odoo/odoo#257600',
    receipt: {
      currency: 'CLP',
      exponent: 0,
      taxMode: 'inclusive',
      taxRounding: 'document',
      ...HALF_UP,
      lines: [
        line('Producto A', '1', '1550', 1550, [tax(CL, 247)]),
        line('Producto B', '1', '-77.5', -78, [tax(CL, -12)]),
      ],
      taxes: [total(CL, 1237, 235)],
      tenders: [card(1472)],
    },
  },
  {
    name: 'in-gst-in-whole-rupees',
    what: 'CGST and SGST are each rounded to the rupee: 19.44 is charged as 19.',
    source: 'CGST Act, section 170; frappe/erpnext#24488',
    receipt: {
      currency: 'INR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      ...HALF_UP,
      roundingSteps: { taxes: 100 },
      lines: [line('Stapler', '1', '21600', 216_00, [tax(CGST, 19_00), tax(SGST, 19_00)])],
      taxes: [total(CGST, 216_00, 19_00), total(SGST, 216_00, 19_00)],
      tenders: [card(254_00)],
    },
  },
]
