import { card, cash, giftCard, line, otherTender, rate, tax, total, voucher, wallet } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const FR = rate('TVA-10', '0.1', 'S')
const DE = rate('A', '0.19', 'S')
const BG = rate('Б', '0.2', 'S')
const CH = rate('MWST', '0.081', 'S')
const KH = rate('VAT', '0.1', 'S')
const US = rate('US-NY', '0.08875')
const KE = rate('VAT', '0.16', 'S')
const LEVY = rate('CTL', '0.02')
const AT = rate('NORMAL', '0.2', 'S')
const GB = rate('VAT', '0.2', 'S')

/** How money goes over the counter. */
export const PAYMENTS: readonly WorldCase[] = [
  {
    name: 'fr-meal-voucher-worth-more',
    what: 'A meal voucher of 20.00 for a menu of 15.00: no change may be given.',
    source: 'Code du travail, articles L3262-1 and following; OCA/pos#1091',
    receipt: {
      occurredAt: '2026-03-14T12:35:09+01:00',
      journalId: '2026-03-14',
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Menu du jour', '1', '1500', 15_00, [tax(FR, 1_36)])],
      taxes: [total(FR, 13_64, 1_36)],
      totals: { forfeited: 5_00 },
      tenders: [voucher(20_00)],
    },
  },
  {
    name: 'fr-two-vouchers-and-cash',
    what: 'Two vouchers of 9.00 and a note of 10.00 for 23.50: change only from the cash.',
    source: 'OCA/pos#530',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Menu', '1', '2350', 23_50, [tax(FR, 2_14)])],
      taxes: [total(FR, 21_36, 2_14)],
      totals: { change: 4_50 },
      tenders: [voucher(9_00), voucher(9_00), cash(10_00)],
    },
  },
  {
    name: 'de-gift-card-sold',
    what: 'A gift card for goods of any rate: no tax when it is sold.',
    source: 'Directive (EU) 2016/1065: multi-purpose voucher; fiskaltrust/interface-doc#70',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Geschenkkarte', '1', '5000', 50_00)],
      tenders: [cash(50_00)],
    },
  },
  {
    name: 'de-gift-card-redeemed',
    what: 'It pays: the tax is the same as with money.',
    source: 'Sylius/Sylius#10709',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Wanduhr', '1', '7999', 79_99, [tax(DE, 12_77)])],
      taxes: [total(DE, 67_22, 12_77)],
      tenders: [giftCard(50_00, { reference: 'GK-0815' }), card(29_99)],
    },
  },
  {
    name: 'bg-paid-in-lev',
    what: 'January 2026: a note of 20 lev for 10.00 euros, change in euros.',
    source: 'Law on the Introduction of the Euro: 1.95583 lev for 1 euro',
    receipt: {
      occurredAt: '2026-01-15T12:00:00+02:00',
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Кафе', '4', '250', 10_00, [tax(BG, 1_67)])],
      taxes: [total(BG, 8_33, 1_67)],
      totals: { change: 23 },
      tenders: [cash(10_23, { foreign: { currency: 'BGN', exponent: 2, amount: 20_00, rate: '0.5112918812' } })],
    },
  },
  {
    name: 'ch-paid-in-euro',
    what: 'A note of 50 euros at 0.92, change in francs.',
    source: 'Common at Swiss tills; the rate is the shop’s own',
    receipt: {
      currency: 'CHF',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Taschenmesser', '1', '3990', 39_90, [tax(CH, 2_99)])],
      taxes: [total(CH, 36_91, 2_99)],
      totals: { change: 6_10 },
      tenders: [cash(46_00, { foreign: { currency: 'EUR', exponent: 2, amount: 50_00, rate: '0.92' } })],
    },
  },
  {
    name: 'kh-dollars-and-riel',
    what: 'A bill in dollars, paid with a dollar and riel at 4,000.',
    source: 'Cambodia: prices in dollars, coins are not used; small amounts are paid in riel',
    receipt: {
      currency: 'USD',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Amok', '1', '375', 3_75, [tax(KH, 34)])],
      taxes: [total(KH, 3_41, 34)],
      tenders: [
        cash(1_00),
        cash(2_75, { foreign: { currency: 'KHR', exponent: 2, amount: 11_000_00, rate: '0.00025' } }),
      ],
    },
  },
  {
    name: 'us-tip-by-card',
    what: 'A tip of 8.00 is a line without tax.',
    source: 'New York Tax Bulletin ST-320: a voluntary tip is not taxed',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Dinner', '1', '4000', 40_00, [tax(US, 3_55)]), line('Tip', '1', '800', 8_00)],
      taxes: [total(US, 40_00, 3_55)],
      tenders: [card(51_55)],
    },
  },
  {
    name: 'us-food-stamps',
    what: 'What is paid with SNAP is not taxed; soap is.',
    source: '7 CFR 272.1(b): no sales tax on purchases with SNAP benefits',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Bread', '2', '349', 6_98), line('Soap', '1', '200', 2_00, [tax(US, 18)])],
      taxes: [total(US, 2_00, 18)],
      tenders: [otherTender(6_98, { reference: 'EBT-SNAP' }), cash(2_20)],
      totals: { change: 2 },
    },
  },
  {
    name: 'ke-mobile-money',
    what: 'Paid by M-Pesa; VAT 16 % and the catering levy of 2 % are both in the price.',
    source: 'Tourism Fund: catering levy of 2 % on restaurants; VAT Act 2013',
    receipt: {
      currency: 'KES',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Nyama choma', '1', '118000', 1180_00, [tax(KE, 160_00), tax(LEVY, 20_00)])],
      taxes: [total(KE, 1000_00, 160_00), total(LEVY, 1000_00, 20_00)],
      tenders: [wallet(1180_00, { reference: 'SJK4H7L9QW' })],
    },
  },
  {
    name: 'at-on-account',
    what: 'The guest pays later: on account.',
    source: 'BMF-RKSV-Technik/at-registrierkassen-mustercode#624',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Zimmer', '1', '12000', 120_00, [tax(AT, 20_00)])],
      taxes: [total(AT, 100_00, 20_00)],
      tenders: [{ type: 'onAccount', amount: 120_00, reference: 'ZI-104' }],
    },
  },
  {
    name: 'at-account-paid',
    what: 'The next day: the account is paid. No turnover, no tax.',
    source: 'BMF-RKSV-Technik/at-registrierkassen-mustercode#624',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [],
      tenders: [card(120_00), { type: 'onAccount', amount: -120_00, reference: 'ZI-104' }],
    },
  },
  {
    name: 'gb-cashback',
    what: '20.00 in notes with a purchase by card: change.',
    source: 'Common at British tills; VAT is on the goods only',
    receipt: {
      currency: 'GBP',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Batteries', '1', '600', 6_00, [tax(GB, 1_00)])],
      taxes: [total(GB, 5_00, 1_00)],
      totals: { change: 20_00 },
      tenders: [card(26_00)],
    },
  },
]
