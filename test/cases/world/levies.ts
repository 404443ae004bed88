import { card, cash, line, rate, tax, total } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const RECUPEL = rate('RECUPEL', '0')
const BE = rate('BTW-21', '0.21')
const ICBPER = rate('ICBPER', '0')
const PE = rate('IGV', '0.18')
const BOLSA = rate('INC-BOLSA', '0')
const CO = rate('IVA', '0.19')
const IEPS = rate('IEPS-L', '0')
const MX = rate('IVA', '0.16')
const ECO = rate('ECO-DEEE', '0')
const FR = rate('TVA-20', '0.2', 'S')
const DE = rate('A', '0.19', 'S')
const PL = rate('PTU-A', '0.23', 'S')
const CRV = rate('US-CA', '0.0725')
const GREEK_BAG = rate('BAG', '0')
const GR = rate('FPA-24', '0.24', 'S')

/** Fixed amounts for each piece or litre, and deposits. */
export const LEVIES: readonly WorldCase[] = [
  {
    name: 'be-recupel',
    what: 'A levy of 0.2893 a piece is in the base of VAT.',
    source: 'odoo/odoo#7541; VAT Code, article 26',
    receipt: {
      occurredAt: '2026-03-14T17:05:09+01:00',
      journalId: '2026-03-14',
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'line',
      lines: [
        line('Broodrooster', '1', '5702.48', 57_02, [tax(RECUPEL, 29, { amountPerUnit: '28.93' }), tax(BE, 12_04)]),
      ],
      taxes: [total(RECUPEL, 57_02, 29), total(BE, 57_31, 12_04, { baseIncludes: ['RECUPEL'] })],
      tenders: [card(69_35)],
    },
  },
  {
    name: 'pe-bag-tax',
    what: 'Two bags that cost nothing but the tax of 0.50 each; IGV is in all other prices.',
    source: 'Ley 30884 (ICBPER); thegreenter/demo#75',
    receipt: {
      currency: 'PEN',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [
        line('Detergente', '1', '1180', 11_80, [tax(PE, 1_80)]),
        line('Bolsa', '2', '50', 1_00, [tax(ICBPER, 1_00, { amountPerUnit: '50' })]),
      ],
      taxes: [total(PE, 10_00, 1_80), total(ICBPER, 0, 1_00)],
      tenders: [cash(13_00)],
      totals: { change: 20 },
    },
  },
  {
    name: 'co-bag-tax',
    what: 'Bags are free, the tax is 66 pesos a bag.',
    source: 'Estatuto Tributario, article 512-15 (2024: 66 pesos)',
    receipt: {
      currency: 'COP',
      taxMode: 'exclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      roundingSteps: { lines: 100, taxes: 100 },
      lines: [
        line('Jabón', '1', '1000000', 10000_00, [tax(CO, 1900_00)]),
        line('Bolsa plástica', '2', '0', 0, [tax(BOLSA, 132_00, { amountPerUnit: '6600' })]),
      ],
      taxes: [total(CO, 10000_00, 1900_00), total(BOLSA, 0, 132_00)],
      tenders: [card(12032_00)],
    },
  },
  {
    name: 'mx-ieps-per-litre',
    what: 'Soft drink: IEPS of 1.6451 pesos a litre, that is 0.98706 a bottle, is in the base of IVA.',
    source: 'Ley del IEPS, article 2-I-G (2025: 1.6451 pesos a litre)',
    receipt: {
      currency: 'MXN',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [
        line('Refresco 600 ml', '2', '1400', 28_00, [tax(IEPS, 1_97, { amountPerUnit: '98.706' }), tax(MX, 4_80)]),
      ],
      taxes: [total(IEPS, 28_00, 1_97), total(MX, 29_97, 4_80, { baseIncludes: ['IEPS-L'] })],
      tenders: [card(34_77)],
    },
  },
  {
    name: 'fr-eco-participation',
    what: 'A television of 499.00 includes 10.00 eco-participation, which is part of the base of TVA.',
    source: 'Code de l’environnement, article L541-10-20: shown apart from the price, part of it',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [
        line('Téléviseur 43"', '1', '49900', 499_00, [tax(ECO, 10_00, { amountPerUnit: '1000' }), tax(FR, 83_17)]),
      ],
      taxes: [total(ECO, 405_83, 10_00), total(FR, 415_83, 83_17, { baseIncludes: ['ECO-DEEE'] })],
      tenders: [card(499_00)],
    },
  },
  {
    name: 'gr-bag-levy',
    what: 'Environmental levy of 0.07 a bag, with VAT on it; the bag itself is free.',
    source: 'Law 2939/2001, article 6A',
    receipt: {
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Σακούλα', '3', '0', 0, [tax(GREEK_BAG, 21, { amountPerUnit: '7' }), tax(GR, 5)])],
      taxes: [total(GREEK_BAG, 0, 21), total(GR, 21, 5, { baseIncludes: ['BAG'] })],
      tenders: [cash(26)],
    },
  },
  {
    name: 'de-deposit',
    what: 'Deposit is taxed like the drink; empties that come back are a negative line.',
    source: 'fiskaltrust/interface-doc#71 (DSFinV-K: Pfand, PfandRückzahlung)',
    receipt: {
      occurredAt: '2026-03-14T17:05:09+01:00',
      journalId: '2026-03-14',
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [
        line('Mineralwasser 1 l', '6', '79', 4_74, [tax(DE, 76)]),
        line('Pfand', '6', '25', 1_50, [tax(DE, 24)]),
        line('Leergut', '-10', '25', -2_50, [tax(DE, -40)]),
      ],
      taxes: [total(DE, 3_14, 60)],
      tenders: [cash(5_00)],
      totals: { change: 1_26 },
    },
  },
  {
    name: 'de-only-empties',
    what: 'Only empties: the customer is paid.',
    source: 'BMF-RKSV-Technik/at-registrierkassen-mustercode#538: a deposit that is paid back is negative turnover',
    receipt: {
      documentType: 'return',
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Leergut', '-24', '25', -6_00, [tax(DE, -96)])],
      taxes: [total(DE, -5_04, -96)],
      tenders: [cash(-6_00)],
    },
  },
  {
    name: 'pl-deposit-without-vat',
    what: 'The deposit of 0.50 is outside of VAT.',
    source: 'Act of 13 June 2013 on packaging: deposit system since 1 October 2025',
    receipt: {
      currency: 'PLN',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Woda 1,5 l', '2', '249', 4_98, [tax(PL, 93)]), line('Kaucja', '2', '50', 1_00)],
      taxes: [total(PL, 4_05, 93)],
      tenders: [card(5_98)],
    },
  },
  {
    name: 'us-ca-redemption-value',
    what: 'California: the redemption value of six bottles is taxed with the drink.',
    source: 'California Code of Regulations, title 18, section 1589',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Cola 6 x 12 oz', '1', '599', 5_99, [tax(CRV, 43)]), line('CRV', '6', '5', 30, [tax(CRV, 2)])],
      taxes: [total(CRV, 6_29, 46)],
      tenders: [card(6_75)],
    },
  },
]
