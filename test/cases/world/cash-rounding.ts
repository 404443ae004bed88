import { card, cash, line, rate, tax, total } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const CZ = rate('DPH-12', '0.12', 'S')
const CH = rate('MWST-R', '0.026', 'S')
const AE = rate('VAT', '0.05', 'S')
const NO = rate('MVA-15', '0.15', 'S')
const SE = rate('MOMS-25', '0.25', 'S')
const DK = rate('MOMS', '0.25', 'S')
const BE = rate('BTW-21', '0.21', 'S')
const CA = rate('HST', '0.13', 'S')
const NZ = rate('GST', '0.15', 'S')
const ZA = rate('VAT', '0.15', 'S')
const IL = rate('MAAM', '0.18', 'S')
const RU = rate('НДС-22', '0.22', 'S')
const US = rate('US-TX', '0.0825')
const TH = rate('VAT', '0.07', 'S')

/** Totals that are rounded when they are paid in cash. None has to be declared: the currency says how far it may go. */
export const CASH_ROUNDING: readonly WorldCase[] = [
  {
    name: 'cz-cash-in-whole-crowns',
    what: '35.20 is paid as 35 crowns in cash.',
    source: 'wcpos/woocommerce-pos#661; Act 634/1992 on consumer protection, section 3',
    receipt: {
      currency: 'CZK',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Rohlík', '11', '320', 35_20, [tax(CZ, 3_77)])],
      taxes: [total(CZ, 31_43, 3_77)],
      totals: { rounding: -20, change: 15_00 },
      tenders: [cash(50_00)],
    },
  },
  {
    name: 'cz-card-is-not-rounded',
    what: 'The same by card: not rounded.',
    source: 'wcpos/woocommerce-pos#661',
    receipt: {
      currency: 'CZK',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Rohlík', '11', '320', 35_20, [tax(CZ, 3_77)])],
      taxes: [total(CZ, 31_43, 3_77)],
      tenders: [card(35_20)],
    },
  },
  {
    name: 'ch-total-in-5-rappen',
    what: 'Prices in Rappen, the total in 5 Rappen: 1.23 and 0.43 are paid as 1.65.',
    source: 'RubyMoney/money#1117',
    receipt: {
      currency: 'CHF',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Brot', '1', '123', 1_23, [tax(CH, 3)]), line('Milch', '1', '43', 43, [tax(CH, 1)])],
      taxes: [total(CH, 1_62, 4)],
      totals: { rounding: -1 },
      tenders: [cash(1_65)],
    },
  },
  {
    name: 'ae-cash-in-25-fils',
    what: '12.30 dirhams are paid as 12.25.',
    source: 'Central Bank of the UAE: coins of 25 and 50 fils; Federal Decree-Law 8 of 2017 on VAT',
    receipt: {
      currency: 'AED',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Karak chai', '3', '410', 12_30, [tax(AE, 59)])],
      taxes: [total(AE, 11_71, 59)],
      totals: { rounding: -5 },
      tenders: [cash(12_25)],
    },
  },
  {
    name: 'no-cash-in-whole-crowns',
    what: '63.80 is paid as 64 crowns.',
    source: 'Norges Bank: the 50 øre coin is no legal tender since 1 May 2012',
    receipt: {
      currency: 'NOK',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Melk 1 l', '2', '3190', 63_80, [tax(NO, 8_32)])],
      taxes: [total(NO, 55_48, 8_32)],
      totals: { rounding: 20 },
      tenders: [cash(64_00)],
    },
  },
  {
    name: 'se-oresutjamning',
    what: '1,051.75 becomes 1,052 crowns.',
    source: 'invoiceninja/invoiceninja#1396; Act 1970:1029 on rounding',
    receipt: {
      currency: 'SEK',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Borrmaskin', '1', '105175', 1051_75, [tax(SE, 210_35)])],
      taxes: [total(SE, 841_40, 210_35)],
      totals: { rounding: 25 },
      tenders: [cash(1052_00)],
    },
  },
  {
    name: 'dk-cash-in-50-ore',
    what: '47.70 is paid as 47.50 crowns.',
    source: 'Danmarks Nationalbank: the smallest coin is 50 øre',
    receipt: {
      currency: 'DKK',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Rugbrød', '2', '2385', 47_70, [tax(DK, 9_54)])],
      taxes: [total(DK, 38_16, 9_54)],
      totals: { rounding: -20 },
      tenders: [cash(47_50)],
    },
  },
  {
    name: 'be-cash-in-5-cents',
    what: '49.99 is paid as 50.00 euros; rounding cash is the law.',
    source: 'Code of Economic Law, article VI.7/1; OCA/pos#420',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Boek', '1', '4999', 49_99, [tax(BE, 8_68)])],
      taxes: [total(BE, 41_31, 8_68)],
      totals: { rounding: 1 },
      tenders: [cash(50_00)],
    },
  },
  {
    name: 'be-refund-of-rounded-cash',
    what: 'The refund of that sale: 50.00 euros are paid out.',
    source: 'odoo/odoo#146474',
    receipt: {
      documentType: 'return',
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Boek', '-1', '4999', -49_99, [tax(BE, -8_68)])],
      taxes: [total(BE, -41_31, -8_68)],
      totals: { rounding: -1 },
      tenders: [cash(-50_00)],
      references: [{ type: 'original', receiptNumber: '1' }],
    },
  },
  {
    name: 'ca-cash-in-5-cents',
    what: '14.68 is paid as 14.70 dollars.',
    source: 'Repair-DeskPOS/RepairDesk-BUGS-IMPROVEMENTS#1248; Royal Canadian Mint: phasing out the penny',
    receipt: {
      currency: 'CAD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Cable', '1', '1299', 12_99, [tax(CA, 1_69)])],
      taxes: [total(CA, 12_99, 1_69)],
      totals: { rounding: 2, change: 5_30 },
      tenders: [cash(20_00)],
    },
  },
  {
    name: 'us-cash-without-pennies',
    what: '10.83 is paid as 10.85 dollars.',
    source: 'US Treasury: no pennies are minted for circulation since November 2025',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Notebook', '1', '1000', 10_00, [tax(US, 83)])],
      taxes: [total(US, 10_00, 83)],
      totals: { rounding: 2 },
      tenders: [cash(10_85)],
    },
  },
  {
    name: 'nz-cash-in-10-cents',
    what: '12.95 is paid as 12.90 dollars: a shop may round 5 cents down.',
    source: 'Reserve Bank of New Zealand: Swedish rounding to 10 cents',
    receipt: {
      currency: 'NZD',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Pie', '1', '1295', 12_95, [tax(NZ, 1_69)])],
      taxes: [total(NZ, 11_26, 1_69)],
      totals: { rounding: -5 },
      tenders: [cash(12_90)],
    },
  },
  {
    name: 'za-always-down',
    what: '99.99 is paid as 99.90 rand: always in favour of the customer.',
    source: 'South African Reserve Bank: the smallest coin in use is 10 cents',
    receipt: {
      currency: 'ZAR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Braai pack', '1', '9999', 99_99, [tax(ZA, 13_04)])],
      taxes: [total(ZA, 86_95, 13_04)],
      totals: { rounding: -9, change: 10 },
      tenders: [cash(100_00)],
    },
  },
  {
    name: 'il-cash-in-10-agorot',
    what: '24.95 is paid as 25.00 shekels.',
    source: 'Bank of Israel: the smallest coin is 10 agorot',
    receipt: {
      currency: 'ILS',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('חומוס', '1', '2495', 24_95, [tax(IL, 3_81)])],
      taxes: [total(IL, 21_14, 3_81)],
      totals: { rounding: 5 },
      tenders: [cash(25_00)],
    },
  },
  {
    name: 'ru-kopecks-dropped',
    what: '3,417.18 is paid as 3,417 roubles.',
    source: 'shtrih-m/fr_drv_ng_examples#26',
    receipt: {
      currency: 'RUB',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Кофемолка', '1', '341718', 3417_18, [tax(RU, 616_21)])],
      taxes: [total(RU, 2800_97, 616_21)],
      totals: { rounding: -18 },
      tenders: [cash(3417_00)],
    },
  },
  {
    name: 'th-service-charge',
    what: '10 % service is a line of its own, with VAT; cash in 25 satang.',
    source: 'Revenue Code, section 79: the tax base includes every consideration',
    receipt: {
      currency: 'THB',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [
        line('ผัดไทย', '3', '15000', 450_00, [tax(TH, 31_50)]),
        line('Service charge 10 %', '1', '4500', 45_00, [tax(TH, 3_15)]),
      ],
      taxes: [total(TH, 495_00, 34_65)],
      totals: { rounding: 10 },
      tenders: [cash(529_75)],
    },
  },
]
