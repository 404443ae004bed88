import { card, cash, line, rate, tax, total } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const GST = rate('GST', '0.05')
const QST = rate('QST', '0.09975')
const PST = rate('PST', '0.07')
const AU = rate('GST', '0.1', 'S')
const AU_FREE = rate('FREE', '0', 'Z')
const STATE = rate('NY-STATE', '0.04')
const CITY = rate('NY-CITY', '0.045')
const MCTD = rate('NY-MCTD', '0.00375')
const ES = rate('IVA', '0.21', 'S')
const RE = rate('RE', '0.052')
const CL = rate('IVA', '0.19', 'S')
const ILA = rate('ILA', '0.205')
const HR = rate('PDV', '0.25', 'S')
const PNP = rate('PNP', '0.03')
const IGST = rate('IGST', '0.28')
const CESS = rate('CESS', '0.12')
const NG = rate('VAT', '0.075', 'S')
const LAGOS = rate('LAGOS', '0.05')
const ITBIS = rate('ITBIS', '0.18', 'S')
const KR = rate('VAT', '0.1', 'S')
const KR_EXEMPT = rate('VAT-0', '0', 'E')

/** Several taxes on one price, and several rates on one receipt. Nothing is declared. */
export const SEVERAL_TAXES: readonly WorldCase[] = [
  {
    name: 'ca-qc-gst-and-qst',
    what: 'Québec: both taxes are on the price alone.',
    source: 'Act respecting the Québec sales tax, since 1 January 2013: QST is not on GST',
    receipt: {
      occurredAt: '2026-03-14T17:05:09-04:00',
      currency: 'CAD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [
        line('Manteau', '1', '14999', 149_99, [tax(GST, 7_50), tax(QST, 14_96)]),
        line('Lait 2 l', '1', '429', 4_29),
      ],
      taxes: [total(GST, 149_99, 7_50), total(QST, 149_99, 14_96)],
      tenders: [card(176_74)],
    },
  },
  {
    name: 'ca-bc-one-of-two-taxes',
    what: 'British Columbia: a meal has GST alone, a mug has GST and PST.',
    source: 'Provincial Sales Tax Act (British Columbia)',
    receipt: {
      currency: 'CAD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [
        line('Meal', '1', '2000', 20_00, [tax(GST, 1_00)]),
        line('Mug', '1', '1000', 10_00, [tax(GST, 50), tax(PST, 70)]),
      ],
      taxes: [total(GST, 30_00, 1_50), total(PST, 10_00, 70)],
      tenders: [card(32_20)],
    },
  },
  {
    name: 'au-basket',
    what: 'Taxed and GST-free food on one receipt.',
    source: 'GSTR 2013/1: tax invoices; A New Tax System Act 1999, division 38',
    receipt: {
      currency: 'AUD',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Chips', '1', '495', 4_95, [tax(AU, 45)]), line('Milk 2 l', '1', '310', 3_10, [tax(AU_FREE, 0)])],
      taxes: [total(AU, 4_50, 45), total(AU_FREE, 3_10, 0)],
      tenders: [cash(10_00)],
      totals: { change: 1_95 },
    },
  },
  {
    name: 'us-ny-three-authorities',
    what: 'New York City: state, city and transit district, 8.875 % in all, each rounded by itself.',
    source: 'New York Publication 718',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Lamp', '1', '8995', 89_95, [tax(STATE, 3_60), tax(CITY, 4_05), tax(MCTD, 34)])],
      taxes: [total(STATE, 89_95, 3_60), total(CITY, 89_95, 4_05), total(MCTD, 89_95, 34)],
      tenders: [card(97_94)],
    },
  },
  {
    name: 'es-equivalence-surcharge',
    what: 'IVA and the surcharge for small shops, both on the price.',
    source: 'Ley 37/1992, articles 148 to 163: recargo de equivalencia',
    receipt: {
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Bolso', '10', '1000', 100_00, [tax(ES, 21_00), tax(RE, 5_20)])],
      taxes: [total(ES, 100_00, 21_00), total(RE, 100_00, 5_20)],
      tenders: [card(126_20)],
    },
  },
  {
    name: 'cl-beer',
    what: 'Beer for 1,000 pesos includes 19 % IVA and 20.5 % ILA, both on the net price.',
    source: 'DL 825, article 42; KonosCL/addons-konos#61',
    receipt: {
      currency: 'CLP',
      exponent: 0,
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Cerveza', '1', '1000', 1000, [tax(CL, 136), tax(ILA, 147)])],
      taxes: [total(CL, 717, 136), total(ILA, 717, 147)],
      tenders: [cash(1000)],
    },
  },
  {
    name: 'hr-consumption-tax',
    what: 'A drink in a bar: PDV and the town’s consumption tax, both included, both on the net price.',
    source: 'Zakon o lokalnim porezima: porez na potrošnju up to 3 %',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Pivo 0,5 l', '2', '450', 9_00, [tax(HR, 1_76), tax(PNP, 21)])],
      taxes: [total(HR, 7_03, 1_76), total(PNP, 7_03, 21)],
      tenders: [cash(9_00)],
    },
  },
  {
    name: 'in-igst-and-cess',
    what: 'Sale to another state: IGST and compensation cess, both on the value; the total to the rupee.',
    source: 'GST (Compensation to States) Act 2017, until September 2025; frappe/erpnext#30767',
    receipt: {
      occurredAt: '2025-09-01T12:00:00+05:30',
      flags: { offline: true },
      currency: 'INR',
      taxMode: 'exclusive',
      taxRounding: 'line',
      lines: [line('Aerated drink', '12', '3333', 399_96, [tax(IGST, 111_99), tax(CESS, 48_00)])],
      taxes: [total(IGST, 399_96, 111_99), total(CESS, 399_96, 48_00)],
      totals: { rounding: 5 },
      tenders: [card(560_00)],
    },
  },
  {
    name: 'ng-lagos',
    what: 'Restaurant in Lagos: VAT and the state’s consumption tax, both on the price.',
    source: 'Hotel Occupancy and Restaurant Consumption Law of Lagos State',
    receipt: {
      currency: 'NGN',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Jollof rice', '3', '450000', 13500_00, [tax(NG, 1012_50), tax(LAGOS, 675_00)])],
      taxes: [total(NG, 13500_00, 1012_50), total(LAGOS, 13500_00, 675_00)],
      tenders: [card(15187_50)],
    },
  },
  {
    name: 'do-legal-tip',
    what: 'ITBIS of 18 %, and the legal tip of 10 % as a line without tax.',
    source: 'Código de Trabajo, article 228; Código Tributario, article 335',
    receipt: {
      currency: 'DOP',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [
        line('Mofongo', '2', '45000', 900_00, [tax(ITBIS, 162_00)]),
        line('Propina legal 10 %', '1', '9000', 90_00),
      ],
      taxes: [total(ITBIS, 900_00, 162_00)],
      tenders: [card(1152_00)],
    },
  },
  {
    name: 'kr-taxed-and-exempt',
    what: 'Fresh food is exempt, the rest includes 10 %; no decimals.',
    source: 'Value-Added Tax Act, article 26: unprocessed foodstuffs',
    receipt: {
      currency: 'KRW',
      exponent: 0,
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [
        line('라면', '5', '950', 4750, [tax(KR, 432)]),
        line('사과', '1.2 KGM', '6900', 8280, [tax(KR_EXEMPT, 0)]),
      ],
      taxes: [total(KR, 4318, 432), total(KR_EXEMPT, 8280, 0)],
      tenders: [card(13030)],
    },
  },
]
