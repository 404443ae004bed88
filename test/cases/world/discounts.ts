import { card, cash, line, rate, tax, total, voucher } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const DE19 = rate('A', '0.19', 'S')
const DE7 = rate('B', '0.07', 'S')
const NY = rate('US-NY', '0.08875')
const GB = rate('VAT', '0.2', 'S')
const GB_ZERO = rate('ZERO', '0', 'Z')
const CGST = rate('CGST', '0.09')
const SGST = rate('SGST', '0.09')
const UY = rate('IVA', '0.22', 'S')
const JP10 = rate('CT', '0.1', 'S')
const JP8 = rate('CT-R', '0.08', 'S')
const ES = rate('IVA', '0.21', 'S')
const IT = rate('IVA-22', '0.22', 'S')
const NL = rate('BTW-21', '0.21', 'S')
const KSA = rate('VAT', '0.15', 'S')

/** What is taken off, and what it does to the tax. */
export const DISCOUNTS: readonly WorldCase[] = [
  {
    name: 'de-basket-discount-over-two-rates',
    what: '10 % off the basket: one entry for each rate.',
    source: 'DSFinV-K: a discount is booked to the rates that it reduces',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Pfanne', '1', '4000', 40_00, [tax(DE19, 6_39)]), line('Honig', '2', '500', 10_00, [tax(DE7, 65)])],
      discounts: [
        { code: 'TREUE10', amount: 4_00, taxes: [DE19] },
        { code: 'TREUE10', amount: 1_00, taxes: [DE7] },
      ],
      taxes: [total(DE19, 30_25, 5_75), total(DE7, 8_41, 59)],
      tenders: [card(45_00)],
    },
  },
  {
    name: 'jp-discount-by-coupon',
    what: 'A coupon of 500 yen is spread over the rates in proportion to their sums.',
    source: 'National Tax Agency, Q&A on the Qualified Invoice System: discounts over several rates',
    receipt: {
      currency: 'JPY',
      exponent: 0,
      taxMode: 'inclusive',
      taxRounding: 'document',
      roundingMode: 'down',
      lines: [line('洗剤', '1', '2000', 2000, [tax(JP10, 163)]), line('米 2 kg', '1', '3000', 3000, [tax(JP8, 200)])],
      discounts: [
        { code: 'COUPON', amount: 200, taxes: [JP10] },
        { code: 'COUPON', amount: 300, taxes: [JP8] },
      ],
      taxes: [total(JP10, 1637, 163), total(JP8, 2500, 200)],
      tenders: [cash(4500)],
    },
  },
  {
    name: 'us-ny-manufacturer-coupon',
    what: 'New York: a manufacturer’s coupon is money from the manufacturer. It pays, and lowers no tax.',
    source: 'New York Tax Bulletin ST-140: Coupons and food stamps',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Shampoo', '1', '800', 8_00, [tax(NY, 71)])],
      taxes: [total(NY, 8_00, 71)],
      tenders: [voucher(1_50, { reference: 'MFR-0512' }), cash(7_21)],
    },
  },
  {
    name: 'us-ny-store-coupon',
    what: 'The store’s own coupon lowers the price and the tax.',
    source: 'New York Tax Bulletin ST-140: Coupons and food stamps',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Shampoo', '1', '800', 8_00, [tax(NY, 58)], { discounts: [{ code: 'STORE', amount: 1_50 }] })],
      taxes: [total(NY, 6_50, 58)],
      tenders: [cash(7_08)],
    },
  },
  {
    name: 'gb-meal-deal',
    what: 'A deal of 3.50 over a zero-rated sandwich and a drink with 20 %.',
    source: 'HMRC, VAT guide (Notice 700): apportioning a combined price',
    receipt: {
      currency: 'GBP',
      taxMode: 'inclusive',
      taxRounding: 'line',
      lines: [
        line('Sandwich', '1', '320', 3_20, [tax(GB_ZERO, 0)], { discounts: [{ code: 'DEAL', amount: 96 }] }),
        line('Cola', '1', '180', 1_80, [tax(GB, 21)], { discounts: [{ code: 'DEAL', amount: 54 }] }),
      ],
      taxes: [total(GB_ZERO, 2_24, 0), total(GB, 1_05, 21)],
      tenders: [card(3_50)],
    },
  },
  {
    name: 'in-buy-one-get-one',
    what: 'The second piece is free: a discount of 100 %.',
    source: 'CGST Act, section 15(3)(a): a discount on the invoice is not in the value',
    receipt: {
      currency: 'INR',
      taxMode: 'exclusive',
      taxRounding: 'line',
      lines: [
        line('T-shirt', '1', '50000', 500_00, [tax(CGST, 45_00), tax(SGST, 45_00)]),
        line('T-shirt', '1', '50000', 500_00, [tax(CGST, 0), tax(SGST, 0)], {
          discounts: [{ reason: 'Buy one, get one', amount: 500_00 }],
        }),
      ],
      taxes: [total(CGST, 500_00, 45_00), total(SGST, 500_00, 45_00)],
      tenders: [card(590_00)],
    },
  },
  {
    name: 'uy-card-rebate',
    what: 'Paid by card in a restaurant: 9 points of the 22 % are given back.',
    source: 'Ley 17.934, article 1: reduction of IVA by nine points',
    receipt: {
      currency: 'UYU',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [
        line('Chivito', '2', '61000', 1220_00, [tax(UY, 220_00)]),
        line('Devolución IVA Ley 17.934', '1', '-9000', -90_00),
      ],
      taxes: [total(UY, 1000_00, 220_00)],
      tenders: [card(1130_00)],
    },
  },
  {
    name: 'es-discount-without-rate',
    what: '5.00 off the whole ticket of one rate, not attributed.',
    source: 'Ley 37/1992, article 78.Tres.2º: a discount with the sale lowers the base',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Zapatos', '1', '6500', 65_00, [tax(ES, 11_28)])],
      discounts: [{ reason: 'Vale', amount: 5_00 }],
      taxes: [total(ES, 49_59, 10_41)],
      tenders: [card(60_00)],
    },
  },
  {
    name: 'it-percent-off-a-line',
    what: '16 pieces of 348.35 less 4 %, tax of 22 % rounded on the line.',
    source: 'odoo/odoo#37896',
    receipt: {
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'line',
      roundingMode: 'halfUp',
      lines: [
        line('Sedia', '16', '34835', 5573_60, [tax(IT, 1177_15)], {
          discounts: [{ reason: '4 %', amount: 222_94 }],
        }),
      ],
      taxes: [total(IT, 5350_66, 1177_15)],
      tenders: [card(6527_81)],
    },
  },
  {
    name: 'nl-price-of-0-675',
    what: 'Four pieces at 10 % off 0.75: the price of 0.675 has three decimals, the line does not.',
    source: 'OCA/pos#79',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Potlood', '4', '67.5', 2_70, [tax(NL, 47)])],
      taxes: [total(NL, 2_23, 47)],
      tenders: [card(2_70)],
    },
  },
  {
    name: 'sa-free-gift',
    what: 'A gift at price 0, and nothing to pay.',
    source: 'ZATCA: simplified tax invoice, a total of 0.00',
    receipt: {
      currency: 'SAR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('عينة مجانية', '1', '0', 0, [tax(KSA, 0)])],
      taxes: [total(KSA, 0, 0)],
      tenders: [],
    },
  },
]
