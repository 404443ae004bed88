import { card, cash, line, rate, tax, total } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const IEPS = rate('IEPS', '0.08')
const MX = rate('IVA', '0.16')
const NHIL = rate('NHIL', '0.025')
const GETFUND = rate('GETFUND', '0.025')
const COVID = rate('COVID', '0.01')
const GH = rate('VAT', '0.15')
const UA = rate('ПДВ', '0.2', 'S')
const UA_EXCISE = rate('АКЦИЗ', '0.05')
const SSCL = rate('SSCL', '0.025')
const LK = rate('VAT', '0.18')
const SD = rate('SD', '0.2')
const BD = rate('VAT', '0.15')
const FODEC = rate('FODEC', '0.01')
const TN = rate('TVA', '0.19')
const TIMBRE = rate('TIMBRE', '0.01')
const DZ = rate('TVA', '0.19')
const VE = rate('IVA', '0.16')
const IGTF = rate('IGTF', '0.03')

/** Taxes that are charged on other taxes. */
export const TAX_ON_TAX: readonly WorldCase[] = [
  {
    name: 'mx-ieps-and-iva',
    what: 'Sweets: IEPS is 8 % of the price, IVA is 16 % of price and IEPS.',
    source: 'Ley del IVA, article 12; Ley del IEPS, article 2-I-J',
    receipt: {
      occurredAt: '2026-03-14T17:05:09-06:00',
      journalId: '2026-03-14',
      currency: 'MXN',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Chocolate 100 g', '2', '5000', 100_00, [tax(IEPS, 8_00), tax(MX, 17_28)])],
      taxes: [total(IEPS, 100_00, 8_00), total(MX, 108_00, 17_28, { baseIncludes: ['IEPS'] })],
      tenders: [card(125_28)],
    },
  },
  {
    name: 'mx-ieps-and-iva-included',
    what: 'The same sweets as supermarkets price them: with both taxes. A second line has IVA alone.',
    source: 'Ley del IVA, articles 12 and 32-III: prices to the public include the tax',
    receipt: {
      currency: 'MXN',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [
        line('Chocolate 100 g', '1', '6264', 62_64, [tax(IEPS, 4_00), tax(MX, 8_64)]),
        line('Jabón', '1', '2320', 23_20, [tax(MX, 3_20)]),
      ],
      taxes: [total(IEPS, 50_00, 4_00), total(MX, 74_00, 11_84, { baseIncludes: ['IEPS'] })],
      tenders: [card(85_84)],
    },
  },
  {
    name: 'gh-three-levies-and-vat',
    what: 'NHIL, GETFund and COVID levy are on the price; VAT is on the price and the three.',
    source: 'Ghana Revenue Authority: VAT standard rate, until the end of 2025 (Act 1068 of 2021 and before)',
    receipt: {
      occurredAt: '2025-12-30T12:00:00Z',
      flags: { offline: true },
      currency: 'GHS',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [
        line('Kenkey', '4', '2500', 100_00, [tax(NHIL, 2_50), tax(GETFUND, 2_50), tax(COVID, 1_00), tax(GH, 15_90)]),
      ],
      taxes: [
        total(NHIL, 100_00, 2_50),
        total(GETFUND, 100_00, 2_50),
        total(COVID, 100_00, 1_00),
        total(GH, 106_00, 15_90, { baseIncludes: ['NHIL', 'GETFUND', 'COVID'] }),
      ],
      tenders: [card(121_90)],
    },
  },
  {
    name: 'ua-retail-excise',
    what: 'Beer: the excise is 5 % of the price with VAT; both are in the price of 1,260.',
    source: 'Tax authority: excise = price / 105 x 5, VAT = (price - excise) / 120 x 20 (Tax Code, section VI)',
    receipt: {
      currency: 'UAH',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Пиво', '12', '10500', 1260_00, [tax(UA, 200_00), tax(UA_EXCISE, 60_00)])],
      taxes: [total(UA, 1000_00, 200_00), total(UA_EXCISE, 1200_00, 60_00, { baseIncludes: ['ПДВ'] })],
      tenders: [card(1260_00)],
    },
  },
  {
    name: 'lk-social-security-levy',
    what: 'SSCL is 2.5 % of the price, VAT is 18 % of both.',
    source: 'Social Security Contribution Levy Act 25 of 2022; Value Added Tax Act 14 of 2002, section 5',
    receipt: {
      currency: 'LKR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Tea set', '1', '100000', 1000_00, [tax(SSCL, 25_00), tax(LK, 184_50)])],
      taxes: [total(SSCL, 1000_00, 25_00), total(LK, 1025_00, 184_50, { baseIncludes: ['SSCL'] })],
      tenders: [card(1209_50)],
    },
  },
  {
    name: 'bd-supplementary-duty',
    what: 'Supplementary duty is 20 % of the price, VAT is 15 % of both.',
    source: 'Value Added Tax and Supplementary Duty Act 2012',
    receipt: {
      currency: 'BDT',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Perfume', '1', '100000', 1000_00, [tax(SD, 200_00), tax(BD, 180_00)])],
      taxes: [total(SD, 1000_00, 200_00), total(BD, 1200_00, 180_00, { baseIncludes: ['SD'] })],
      tenders: [card(1380_00)],
    },
  },
  {
    name: 'tn-fodec-and-stamp',
    what: 'FODEC is in the base of TVA; the stamp of 1 dinar is a line without tax. Three decimals.',
    source: 'Code de la TVA: FODEC is in the base; SolidInvoice/SolidInvoice#2119',
    receipt: {
      currency: 'TND',
      exponent: 3,
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [
        line('Théière', '1', '10000', 10_000, [tax(FODEC, 100), tax(TN, 1_919)]),
        line('Timbre fiscal', '1', '1000', 1_000),
      ],
      taxes: [total(FODEC, 10_000, 100), total(TN, 10_100, 1_919, { baseIncludes: ['FODEC'] })],
      tenders: [card(13_019)],
    },
  },
  {
    name: 'dz-stamp-duty-on-cash',
    what: 'Paid in cash: 1 % stamp duty on the price with TVA.',
    source: 'frappe/erpnext#52159; Code du timbre, article 100 (Loi de finances 2025)',
    receipt: {
      currency: 'DZD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Cafetière', '1', '100000', 1000_00, [tax(DZ, 190_00), tax(TIMBRE, 11_90)])],
      taxes: [total(DZ, 1000_00, 190_00), total(TIMBRE, 1190_00, 11_90, { baseIncludes: ['TVA'] })],
      totals: { rounding: -1_90 },
      tenders: [cash(1200_00)],
    },
  },
  {
    name: 've-igtf-on-dollars',
    what: 'Paid in dollars: 3 % IGTF on the price with IVA.',
    source: 'Ley del IGTF (Gaceta Oficial 6.687 Extraordinario, 2022)',
    receipt: {
      currency: 'VES',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Arepas', '10', '10000', 1000_00, [tax(VE, 160_00), tax(IGTF, 34_80)])],
      taxes: [total(VE, 1000_00, 160_00), total(IGTF, 1160_00, 34_80, { baseIncludes: ['IVA'] })],
      totals: { change: 5_20 },
      tenders: [cash(1200_00, { foreign: { currency: 'USD', exponent: 2, amount: 10_00, rate: '120' } })],
    },
  },
  {
    name: 've-igtf-on-a-part',
    what: 'Only 500 of 1,160 are paid in dollars: the IGTF has a base of its own.',
    source: 'Providencia SNAT/2022/000013: the tax is on what is paid in foreign currency',
    receipt: {
      currency: 'VES',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Arepas', '10', '10000', 1000_00, [tax(VE, 160_00), tax(IGTF, 15_00, { taxableAmount: 500_00 })])],
      taxes: [total(VE, 1000_00, 160_00), total(IGTF, 500_00, 15_00)],
      tenders: [cash(514_80, { foreign: { currency: 'USD', exponent: 2, amount: 4_29, rate: '120' } }), card(660_20)],
    },
  },
]
