import { card, cash, line, rate, tax, total } from '../receipt.ts'
import type { WorldCase } from '../world-case.ts'

const DE = rate('A', '0.19', 'S')
const AT = rate('NORMAL', '0.2', 'S')
const ES = rate('IVA', '0.21', 'S')
const US = rate('US-IL', '0.1025')
const PT = rate('IVA-13', '0.13', 'S')
const GB = rate('VAT', '0.2', 'S')

/** Documents that are no plain sale. */
export const DOCUMENTS: readonly WorldCase[] = [
  {
    name: 'de-void',
    what: 'A receipt is taken back whole: every amount has the other sign.',
    source: 'DSFinV-K: a BON_STORNO refers to the receipt that it takes back',
    receipt: {
      documentType: 'void',
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Milch', '-1', '1190', -11_90, [tax(DE, -1_90)])],
      taxes: [total(DE, -10_00, -1_90)],
      totals: { change: -8_10 },
      tenders: [cash(-20_00)],
      references: [{ type: 'voids', receiptNumber: '48210' }],
    },
  },
  {
    name: 'at-zero-receipt',
    what: 'The monthly receipt over 0.00: no line, no tender.',
    source: 'RKSV § 8; BMF-RKSV-Technik/at-registrierkassen-mustercode#378',
    receipt: { currency: 'EUR', taxMode: 'inclusive', taxRounding: 'document', lines: [], tenders: [] },
  },
  {
    name: 'at-training',
    what: 'A training receipt.',
    source: 'RKSV § 10(3); BMF-RKSV-Technik/at-registrierkassen-mustercode#62',
    receipt: {
      flags: { training: true },
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [line('Melange', '1', '480', 4_80, [tax(AT, 80)])],
      taxes: [total(AT, 4_00, 80)],
      tenders: [cash(4_80)],
    },
  },
  {
    name: 'es-exchange',
    what: 'A shirt comes back, a dearer one goes out, the rest is paid.',
    source: 'TicketBAI: one invoice with a negative line',
    receipt: {
      documentType: 'exchange',
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [
        line('Camisa M', '-1', '2420', -24_20, [tax(ES, -4_20)], { returnOf: { receiptNumber: 'T-118' } }),
        line('Camisa L', '1', '3630', 36_30, [tax(ES, 6_30)]),
      ],
      taxes: [total(ES, 10_00, 2_10)],
      tenders: [card(12_10)],
      references: [{ type: 'exchangeOf', receiptNumber: 'T-118' }],
    },
  },
  {
    name: 'us-return-less-restocking-fee',
    what: 'A return, less a fee of 15 %: the tax of the goods is given back, the fee is not taxed.',
    source: 'Common at US tills',
    receipt: {
      documentType: 'return',
      currency: 'USD',
      taxMode: 'exclusive',
      taxRounding: 'document',
      lines: [line('Speaker', '-1', '10000', -100_00, [tax(US, -10_25)]), line('Restocking fee', '1', '1500', 15_00)],
      taxes: [total(US, -100_00, -10_25)],
      tenders: [card(-95_25)],
      references: [{ type: 'original', receiptNumber: '0042-117' }],
    },
  },
  {
    name: 'pt-text-and-voided-lines',
    what: 'A voided position and a remark to the kitchen stay on the receipt with quantity 0.',
    source: 'Common at restaurant tills: remarks to the kitchen are lines',
    receipt: {
      currency: 'EUR',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [
        line('Bacalhau', '1', '1695', 16_95, [tax(PT, 1_95)]),
        line('sem alho', '0', '0', 0),
        line('Sobremesa (anulada)', '0', '450', 0, [tax(PT, 0)]),
      ],
      taxes: [total(PT, 15_00, 1_95)],
      tenders: [card(16_95)],
    },
  },
  {
    name: 'gb-balance-to-pay',
    what: 'A deposit of 100.00 was taxed when it was paid; now the rest of the price.',
    source: 'HMRC, VAT guide (Notice 700): tax point of a deposit',
    receipt: {
      currency: 'GBP',
      taxMode: 'inclusive',
      taxRounding: 'document',
      lines: [
        line('Sofa', '1', '48000', 480_00, [tax(GB, 80_00)]),
        line('Deposit paid', '-1', '10000', -100_00, [tax(GB, -16_67)]),
      ],
      taxes: [total(GB, 316_67, 63_33)],
      tenders: [card(380_00)],
    },
  },
]
