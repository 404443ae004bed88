import { card, line, rate, tax, total } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const US = rate('US-TX', '0.0825')
const MD = rate('US-MD', '0.06')
const IT = rate('IVA-22', '0.22', 'S')
const IT10 = rate('IVA-10', '0.1', 'S')
const FR = rate('TVA-5.5', '0.055', 'S')
const FR20 = rate('TVA-20', '0.2', 'S')
const BE = rate('BTW-21', '0.21', 'S')
const BE6 = rate('BTW-6', '0.06', 'S')
const EXEMPT = rate('BTW-0', '0', 'E')
const SA = rate('VAT', '0.15', 'S')
const DE = rate('A', '0.19', 'S')

const saLines = (amount: number) => ['أ', 'ب', 'ج'].map((name) => line(name, '1', '1010', 10_10, [tax(SA, amount)]))
const beLines = (taxes: readonly [number, number, number, number]) => [
  line('Product 1', '4', '148', 5_92, [tax(BE, taxes[0])]),
  line('Product 2', '1', '152', 1_52, [tax(BE, taxes[1])]),
  line('Product 3', '1', '154', 1_54, [tax(BE, taxes[2])]),
  line('Product 4', '1', '39', 39, [tax(BE, taxes[3])]),
]

/** Tax for a unit, a line, a document, or from amounts that were not rounded: the same goods, other totals. */
export const WHERE_TAX_IS_ROUNDED: readonly WorldCase[] = [
  {
    name: 'us-unit-30-at-55-cents',
    what: '30 pieces of 0.55 at 8.25 %: 0.05 tax a piece, 1.50 in all.',
    source: 'umbraco/Umbraco.Commerce.Issues#168: per unit, per line and per order are all in use',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'unit',
      lines: [line('Postcard', '30', '55', 16_50, [tax(US, 1_50)])],
      taxes: [total(US, 16_50, 1_50)],
      tenders: [card(18_00)],
    },
  },
  {
    name: 'it-unit-four-at-5-63',
    what: 'Four pieces of 5.63 at 22 %: 1.24 a piece, 4.96 in all.',
    source: 'odoo/odoo#12039',
    receipt: {
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'unit',
      roundingMode: 'halfUp',
      lines: [line('Candela', '4', '563', 22_52, [tax(IT, 4_96)])],
      taxes: [total(IT, 22_52, 4_96)],
      tenders: [card(27_48)],
    },
  },
  {
    name: 'fr-unit-ten-at-3-80',
    what: 'Ten books of 3.80 with tax cost 38.00, not 37.98.',
    source: 'odoo/odoo#155833',
    receipt: {
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'unit',
      roundingMode: 'halfUp',
      lines: [line('Livre', '10', '360', 36_00, [tax(FR, 2_00)])],
      taxes: [total(FR, 36_00, 2_00)],
      tenders: [card(38_00)],
    },
  },
  {
    name: 'be-line',
    what: 'Rounded on each line: 1.96 tax, 11.33 to pay.',
    source: 'odoo/odoo#6224',
    receipt: {
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'line',
      roundingMode: 'halfUp',
      lines: beLines([1_24, 32, 32, 8]),
      taxes: [total(BE, 9_37, 1_96)],
      tenders: [card(11_33)],
    },
  },
  {
    name: 'be-document',
    what: 'The same goods, rounded once: 1.97 tax, 11.34 to pay.',
    source: 'odoo/odoo#6224',
    receipt: {
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      lines: beLines([1_24, 32, 32, 8]),
      taxes: [total(BE, 9_37, 1_97)],
      tenders: [card(11_34)],
    },
  },
  {
    name: 'be-unrounded-lines',
    what: 'The base of 3.07 is rounded from 3.0666; the lines print 1.14 and 1.92.',
    source: 'odoo/odoo#251155: the sum of rounded lines is not the rounded sum',
    receipt: {
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'unrounded',
      roundingMode: 'halfUp',
      lines: [
        line('Consult', '1', '9030', 90_30, [tax(EXEMPT, 0)]),
        line('Zalf', '0.45', '254', 1_14, [tax(BE6, 7)]),
        line('Siroop', '0.28', '687', 1_92, [tax(BE6, 12)]),
      ],
      taxes: [total(EXEMPT, 90_30, 0), total(BE6, 3_07, 18)],
      totals: { lineNet: 93_37 },
      tenders: [card(93_55)],
    },
  },
  {
    name: 'sa-line',
    what: 'Three lines of 10.10 at 15 %, rounded on each line: 4.56.',
    source: 'lavaloon-eg/ksa_compliance#386',
    receipt: {
      currency: 'SAR',
      taxMode: 'exclusive',
      taxRounding: 'line',
      roundingMode: 'halfUp',
      lines: saLines(1_52),
      taxes: [total(SA, 30_30, 4_56)],
      tenders: [card(34_86)],
    },
  },
  {
    name: 'sa-document-half-even',
    what: 'The same, rounded once and to the even neighbour: 4.545 becomes 4.54.',
    source: 'lavaloon-eg/ksa_compliance#386',
    receipt: {
      currency: 'SAR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      roundingMode: 'halfEven',
      lines: saLines(1_52),
      taxes: [total(SA, 30_30, 4_54)],
      tenders: [card(34_84)],
    },
  },
  {
    name: 'us-400-pieces-on-39-lines',
    what: '2,097.60 at 8.25 %: 173.05, rounded once.',
    source: 'Dolibarr/dolibarr#33',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      lines: Array.from({ length: 39 }, (_, i) =>
        i < 38
          ? line(`Part ${i}`, '10', '537', 53_70, [tax(US, 4_43)])
          : line('Part 38', '20', '285', 57_00, [tax(US, 4_70)]),
      ),
      taxes: [total(US, 2097_60, 173_05)],
      tenders: [card(2270_65)],
    },
  },
  {
    name: 'us-md-rounded-up',
    what: 'Maryland: 6 % of 10.17 is 0.6102, and 62 cents are due: each part of a cent counts.',
    source: 'Code of Maryland, Tax-General, section 11-301',
    receipt: {
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      taxRoundingMode: 'up',
      lines: [line('Crab cake', '1', '1017', 10_17, [tax(MD, 62)])],
      taxes: [total(MD, 10_17, 62)],
      tenders: [card(10_79)],
    },
  },
  {
    name: 'it-two-rates-included',
    what: '28.90 at 22 % and 1.25 at 10 %, included: each rate is rounded once, and 30.15 stay 30.15.',
    source: 'odoo/odoo#230726',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      lines: [line('Vino', '1', '2890', 28_90, [tax(IT, 5_21)]), line('Acqua', '1', '125', 1_25, [tax(IT10, 11)])],
      taxes: [total(IT, 23_69, 5_21), total(IT10, 1_14, 11)],
      tenders: [card(30_15)],
    },
  },
  {
    name: 'fr-399-99-included',
    what: '399.99 with 20 %: 66.665 is rounded once, the base is the rest.',
    source: 'odoo/odoo#20573',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      lines: [line('Table', '1', '39999', 399_99, [tax(FR20, 66_67)])],
      taxes: [total(FR20, 333_32, 66_67)],
      tenders: [card(399_99)],
    },
  },
  {
    name: 'fr-base-rounded-first',
    what: 'The same, but the till rounds the base, and the tax is the rest: the tax is down at the half.',
    source: 'odoo/odoo#20573',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      taxRoundingMode: 'halfDown',
      lines: [line('Table', '1', '39999', 399_99, [tax(FR20, 66_66)])],
      taxes: [total(FR20, 333_33, 66_66)],
      tenders: [card(399_99)],
    },
  },
  {
    name: 'de-negative-half',
    what: 'A refund: -1,446.375 is rounded away from zero, to -1,446.38, as in the sale.',
    source: 'itplr-kosit/validator-configuration-xrechnung#74',
    receipt: {
      documentType: 'return',
      currency: 'EUR',
      taxMode: 'exclusive',
      taxRounding: 'document',
      roundingMode: 'halfUp',
      lines: [line('Anlage', '-1', '761250', -7612_50, [tax(DE, -1446_38)])],
      taxes: [total(DE, -7612_50, -1446_38)],
      tenders: [card(-9058_88)],
      references: [{ type: 'original', receiptNumber: '4711' }],
    },
  },
]
