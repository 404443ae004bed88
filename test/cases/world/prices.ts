import { card, cash, line, rate, tax, total } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const BG = rate('Б', '0.2', 'S')
const GB = rate('VAT', '0.2', 'S')
const DE = rate('B', '0.07', 'S')
const VN = rate('GTGT', '0.08', 'S')
const IS = rate('VSK', '0.11', 'S')
const ID_FREE = rate('BEBAS', '0', 'E')

/** Prices with many decimals, with none, and for other quantities than one. */
export const PRICES: readonly WorldCase[] = [
  {
    name: 'gb-fuel',
    what: '45.03 litres at 142.9 pence: the price has a tenth of a penny.',
    source: 'akhilrex/hammond#12: quantity and price with three decimals',
    receipt: {
      currency: 'GBP',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Unleaded', '45.03 LTR', '142.9', 64_35, [tax(GB, 10_73)])],
      taxes: [total(GB, 53_62, 10_73)],
      tenders: [card(64_35)],
    },
  },
  {
    name: 'co-fuel-for-50000',
    what: 'Fuel for 50,000 pesos: the display says 3.145 gallons, the quantity that is sent has six decimals.',
    source: 'Common at fuel stations: the customer names the amount, and the quantity follows',
    receipt: {
      currency: 'COP',
      taxMode: 'inclusive',
      taxRounding: 'document',
      roundingSteps: { lines: 100, taxes: 100 },
      lines: [line('Corriente', '3.144654 GLL', '1590000', 50000_00)],
      tenders: [cash(50000_00)],
    },
  },
  {
    name: 'de-price-per-100-g',
    what: 'Cheese by weight, the price is for 100 g.',
    source: 'Preisangabenverordnung § 5: price for 100 g of loose goods',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Bergkäse', '354 GRM', '129', 4_57, [tax(DE, 30)], { priceBase: '100' })],
      taxes: [total(DE, 4_27, 30)],
      tenders: [cash(5_00)],
      totals: { change: 43 },
    },
  },
  {
    name: 'vn-no-decimals',
    what: 'Dong have no decimals; 8 % until the end of 2026.',
    source: 'Resolution 204/2025/QH15: VAT of 8 %',
    receipt: {
      currency: 'VND',
      exponent: 0,
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Phở bò', '2', '65000', 130_000, [tax(VN, 9_630)])],
      taxes: [total(VN, 120_370, 9_630)],
      tenders: [cash(150_000)],
      totals: { change: 20_000 },
    },
  },
  {
    name: 'is-no-decimals',
    what: 'Krónur have no decimals.',
    source: 'Act 50/1988 on value added tax',
    receipt: {
      currency: 'ISK',
      exponent: 0,
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Skyr', '3', '289', 867, [tax(IS, 86)])],
      taxes: [total(IS, 781, 86)],
      tenders: [card(867)],
    },
  },
  {
    name: 'id-exempt-rice-in-hundreds',
    what: 'Rice is exempt; cash in 100 rupiah.',
    source: 'UU 7/2021 (HPP): staple food; Bank Indonesia: coins of 100 rupiah and more',
    receipt: {
      currency: 'IDR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Beras', '0.83 KGM', '1500000', 12450_00, [tax(ID_FREE, 0)])],
      taxes: [total(ID_FREE, 12450_00, 0)],
      totals: { rounding: 50_00 },
      tenders: [cash(12500_00)],
    },
  },
  {
    name: 'bg-half-quantities',
    what: 'Twice half of 15.05: each line is 7.53, as fiscal printers round.',
    source: 'erpnet/ErpNet.FP#76',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      lines: [
        line('Кашкавал', '0.5', '1505', 7_53, [tax(BG, 1_26)]),
        line('Сирене', '0.5', '1505', 7_53, [tax(BG, 1_26)]),
      ],
      taxes: [total(BG, 12_55, 2_51)],
      tenders: [card(15_06)],
    },
  },
]
