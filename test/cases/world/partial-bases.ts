import { card, cash, line, rate, tax, total } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const MA = rate('US-MA', '0.0625')
const TN_STATE = rate('US-TN', '0.07')
const TN_LOCAL = rate('US-TN-LOCAL', '0.0225')
const TN_SINGLE = rate('US-TN-SINGLE', '0.0275')
const PPN = rate('PPN', '0.12')
const PY = rate('IVA-5', '0.05')
const BO = rate('IVA', '0.13')
const ICMS = rate('ICMS', '0.18')
const PIS = rate('PIS', '0.0165')
const COFINS = rate('COFINS', '0.076')
const PH_EXEMPT = rate('VAT-EXEMPT', '0', 'E')
const PH = rate('VAT', '0.12', 'S')
const DE = rate('A', '0.19', 'S')

/** Taxes on a part of a line, or on more than its price without tax. */
export const PARTIAL_BASES: readonly WorldCase[] = [
  {
    name: 'us-ma-clothing',
    what: 'Massachusetts: clothing is taxed on what a piece costs above 175.00.',
    source: 'Massachusetts General Laws, chapter 64H, section 6(k)',
    receipt: {
      occurredAt: '2026-03-14T17:05:09-04:00',
      journalId: '2026-03-14',
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [
        line('Jacket', '1', '20000', 200_00, [tax(MA, 1_56, { taxableAmount: 25_00 })]),
        line('Shirt', '2', '10000', 200_00),
        line('Umbrella', '1', '3000', 30_00, [tax(MA, 1_88)]),
      ],
      taxes: [total(MA, 55_00, 3_44)],
      tenders: [card(433_44)],
    },
  },
  {
    name: 'us-tn-single-article',
    what: 'Tennessee: local tax on the first 1,600.00 of an article, a further state tax on the next 1,600.00.',
    source: 'Tennessee Department of Revenue: single article, a dining table of 4,000.00',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [
        line('Dining table', '1', '400000', 4000_00, [
          tax(TN_STATE, 280_00),
          tax(TN_LOCAL, 36_00, { taxableAmount: 1600_00 }),
          tax(TN_SINGLE, 44_00, { taxableAmount: 1600_00 }),
        ]),
      ],
      taxes: [total(TN_STATE, 4000_00, 280_00), total(TN_LOCAL, 1600_00, 36_00), total(TN_SINGLE, 1600_00, 44_00)],
      tenders: [card(4360_00)],
    },
  },
  {
    name: 'us-tn-two-articles',
    what: 'Tennessee: two articles of 2,000.00 on one line; the limits count for each.',
    source: 'Avalara: How is the Tennessee tiered tax applied?',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [
        line('Arm-chair', '2', '200000', 4000_00, [
          tax(TN_STATE, 280_00),
          tax(TN_LOCAL, 72_00, { taxableAmount: 3200_00 }),
          tax(TN_SINGLE, 22_00, { taxableAmount: 800_00 }),
        ]),
      ],
      taxes: [total(TN_STATE, 4000_00, 280_00), total(TN_LOCAL, 3200_00, 72_00), total(TN_SINGLE, 800_00, 22_00)],
      tenders: [card(4374_00)],
    },
  },
  {
    name: 'id-other-tax-base',
    what: 'PPN is 12 % of eleven twelfths of the price; whole rupiah.',
    source: 'PMK 131 of 2024: DPP nilai lain; odoo/odoo#202832',
    receipt: {
      occurredAt: '2026-03-14T17:05:09+07:00',
      journalId: '2026-03-14',
      currency: 'IDR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      roundingSteps: { taxes: 100 },
      lines: [line('Kopi bubuk', '1', '10000000', 100000_00, [tax(PPN, 11000_00, { taxableAmount: 91667_00 })])],
      taxes: [total(PPN, 91667_00, 11000_00)],
      tenders: [card(111000_00)],
    },
  },
  {
    name: 'py-three-tenths-taxed',
    what: '5 % included IVA on 30 % of a price of 1,000,000 guaraníes; 700,000 are exempt.',
    source: 'roshkadev/rshk-jsifenlib#50 (SIFEN, nota técnica 13)',
    receipt: {
      currency: 'PYG',
      exponent: 0,
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Cuota de lote', '1', '1000000', 1_000_000, [tax(PY, 14_286, { taxableAmount: 285_714 })])],
      taxes: [total(PY, 285_714, 14_286)],
      tenders: [card(1_000_000)],
    },
  },
  {
    name: 'bo-tax-on-itself',
    what: 'IVA is 13 % of the price with IVA: 13.00 of 100.00.',
    source: 'Ley 843, article 5: the tax is part of the price that it is charged on',
    receipt: {
      currency: 'BOB',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Salteñas', '10', '1000', 100_00, [tax(BO, 13_00, { taxableAmount: 100_00 })])],
      taxes: [total(BO, 100_00, 13_00)],
      tenders: [cash(100_00)],
    },
  },
  {
    name: 'br-icms-on-itself',
    what: 'NFC-e: ICMS is 18 % of the price with ICMS. 50.00 are given, 43.00 are change.',
    source: 'Lei Complementar 87/1996, article 13 § 1; nfephp-org/sped-nfe#253',
    receipt: {
      occurredAt: '2026-03-14T17:05:09-03:00',
      journalId: '2026-03-14',
      currency: 'BRL',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Pão francês', '0.500 KGM', '1400', 7_00, [tax(ICMS, 1_26, { taxableAmount: 7_00 })])],
      taxes: [total(ICMS, 7_00, 1_26)],
      totals: { change: 43_00 },
      tenders: [cash(50_00)],
    },
  },
  {
    name: 'br-three-taxes-on-themselves',
    what: 'ICMS, PIS and COFINS are each a share of the price with all of them, less the discount.',
    source: 'Lei Complementar 87/1996, article 13 § 1; Leis 10.637/2002 and 10.833/2003',
    receipt: {
      currency: 'BRL',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [
        line(
          'Tênis',
          '1',
          '11000',
          110_00,
          [
            tax(ICMS, 18_00, { taxableAmount: 100_00 }),
            tax(PIS, 1_65, { taxableAmount: 100_00 }),
            tax(COFINS, 7_60, { taxableAmount: 100_00 }),
          ],
          { discounts: [{ reason: 'Desconto', amount: 10_00 }] },
        ),
      ],
      taxes: [total(ICMS, 100_00, 18_00), total(PIS, 100_00, 1_65), total(COFINS, 100_00, 7_60)],
      tenders: [card(100_00)],
    },
  },
  {
    name: 'ph-senior-at-a-shared-table',
    what: 'Four guests, one is a senior: a quarter of the bill without VAT, less 20 %.',
    source: 'Republic Act 9994; odoo/odoo#289120',
    receipt: {
      currency: 'PHP',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [
        line('Set menu', '0.75', '112000', 840_00, [tax(PH, 90_00)]),
        line('Set menu, senior', '0.25', '100000', 250_00, [tax(PH_EXEMPT, 0)], {
          discounts: [{ code: 'SC', reason: 'Senior citizen 20 %', amount: 50_00 }],
        }),
      ],
      taxes: [total(PH, 750_00, 90_00), total(PH_EXEMPT, 200_00, 0)],
      tenders: [cash(1040_00)],
    },
  },
  {
    name: 'de-margin-scheme',
    what: 'Second-hand goods: VAT is in the margin of 35.70, not in the price of 120.00.',
    source: 'UStG § 25a',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Fahrrad, gebraucht', '1', '12000', 120_00, [tax(DE, 5_70, { taxableAmount: 30_00 })])],
      taxes: [total(DE, 30_00, 5_70)],
      tenders: [card(120_00)],
    },
  },
]
