import cancelled from '../../openapi/examples/cancelled.json' with { type: 'json' }
import cashRounding from '../../openapi/examples/cash-rounding.json' with { type: 'json' }
import exchange from '../../openapi/examples/exchange.json' with { type: 'json' }
import foreignTender from '../../openapi/examples/foreign-tender.json' with { type: 'json' }
import giftCard from '../../openapi/examples/gift-card.json' with { type: 'json' }
import linesInFiveRappen from '../../openapi/examples/lines-in-five-rappen.json' with { type: 'json' }
import noSale from '../../openapi/examples/no-sale.json' with { type: 'json' }
import mixedPrices from '../../openapi/examples/prices-with-and-without-tax.json' with { type: 'json' }
import returned from '../../openapi/examples/return.json' with { type: 'json' }
import sale from '../../openapi/examples/sale.json' with { type: 'json' }
import skipped from '../../openapi/examples/skipped.json' with { type: 'json' }
import taxExclusive from '../../openapi/examples/tax-exclusive.json' with { type: 'json' }
import taxInclusive from '../../openapi/examples/tax-inclusive.json' with { type: 'json' }
import taxOnPart from '../../openapi/examples/tax-on-part.json' with { type: 'json' }
import taxOnTax from '../../openapi/examples/tax-on-tax.json' with { type: 'json' }
import taxPerPiece from '../../openapi/examples/tax-per-piece.json' with { type: 'json' }
import taxRoundedDown from '../../openapi/examples/tax-rounded-down.json' with { type: 'json' }
import taxPerUnit from '../../openapi/examples/tax-rounded-per-unit.json' with { type: 'json' }
import threeDecimals from '../../openapi/examples/three-decimal-currency.json' with { type: 'json' }
import unroundedLines from '../../openapi/examples/unrounded-lines.json' with { type: 'json' }
import voided from '../../openapi/examples/void.json' with { type: 'json' }
import voucherWithoutChange from '../../openapi/examples/voucher-without-change.json' with { type: 'json' }
import wholeForint from '../../openapi/examples/whole-forint.json' with { type: 'json' }
import noDecimals from '../../openapi/examples/zero-decimal-currency.json' with { type: 'json' }
import type { ItemAnswer } from '../ingest/upload.ts'
import { type Identity, identityOf, identityPath } from '../invoice/identity.ts'
import { partitionOf } from '../invoice/partition.ts'
import { type Receipt, toReceipt } from '../invoice/receipt.ts'
import { cursorOf } from './journal-cursor.ts'
import { NDJSON } from './media-type.ts'
import { exampleOf } from './problem-texts.ts'
import { uploadResponse } from './upload-answer.ts'

/** Examples of one body, by name. */
type Examples = Readonly<Record<string, { summary: string; value: unknown }>>

const example = (summary: string, value: unknown) => ({ summary, value })

const SALE: Examples = { sale: example('A sale', sale) }

const INVOICES: Examples = {
  ...SALE,
  return: example('A return that refers to its sale', returned),
  exchange: example('An exchange', exchange),
  void: example('A void of an earlier sale', voided),
  cancelled: example('A sale that was given up before payment', cancelled),
  noSale: example('The drawer was opened without a sale', noSale),
  skipped: example('A number that was consumed for nothing', skipped),
  taxExclusive: example('A sale with prices without tax', taxExclusive),
  taxInclusive: example('A sale with prices that contain tax', taxInclusive),
  giftCard: example('The sale of a gift card', giftCard),
  cashRounding: example('Cash rounding', cashRounding),
  foreignTender: example('Paid in a foreign currency', foreignTender),
  noDecimals: example('A currency without decimals', noDecimals),
  threeDecimals: example('A currency with three decimals', threeDecimals),
  mixedPrices: example('Prices with and without tax on one bill', mixedPrices),
  linesInFiveRappen: example('Lines rounded to 5 Rappen', linesInFiveRappen),
  wholeForint: example('Amounts and taxes in whole forint', wholeForint),
  taxRoundedDown: example('Tax rounded otherwise than amounts', taxRoundedDown),
  taxPerUnit: example('Tax rounded for each unit', taxPerUnit),
  unroundedLines: example('Tax from lines before they are rounded', unroundedLines),
  taxOnTax: example('A tax in the base of another', taxOnTax),
  taxPerPiece: example('A fixed tax for each piece', taxPerPiece),
  taxOnPart: example('Tax on a part of a line', taxOnPart),
  voucherWithoutChange: example('A voucher worth more than is due, and a line of text', voucherWithoutChange),
}

/** What one till did while it was offline. */
const UPLOAD = [sale, noSale, skipped, cancelled]

/** The examples of request bodies, by operation and media type. */
export const REQUEST_EXAMPLES: Readonly<Record<string, Readonly<Record<string, Examples>>>> = {
  postInvoice: { 'application/json': INVOICES },
  putInvoice: { 'application/json': SALE },
  postUpload: {
    'application/json': { journal: example('The journal of a till', UPLOAD) },
    [NDJSON]: { journal: example('The journal of a till, one invoice a line', linesOf(UPLOAD)) },
  },
}

/** The examples of path parameters: those of the sale, and a problem. */
export const PATH_EXAMPLES: Readonly<Record<string, string>> = {
  storeId: sale.storeId,
  terminalId: sale.terminalId,
  journalId: sale.journalId,
  sequenceNumber: String(sale.sequenceNumber),
  slug: 'invalid-invoice',
}

export const LOCATION_EXAMPLE = identityPath(sale)

export const REPLAY_EXAMPLES: Examples = {
  firstReceipt: example('The first receipt of the sale', receiptOf(sale, 48_210)),
}

export const RECEIPT_EXAMPLES: Examples = {
  receipt: example('The receipt of the sale', receiptOf(sale, 48_210)),
  receiptWithoutOffset: example('The broker did not say where the record is', receiptOf(sale, null)),
}

export const CURSOR_EXAMPLES: Examples = {
  cursor: example(
    'Two numbers are missing',
    cursorOf({
      kind: 'known',
      through: sale.sequenceNumber,
      ahead: [[sale.sequenceNumber + 3, sale.sequenceNumber + 9]],
    }),
  ),
  newJournal: example('Nothing of the journal was seen', cursorOf({ kind: 'new' })),
}

/** An upload of which everything is stored, as JSON or as lines. */
export const STORED_UPLOAD = uploadExamples('storedUpload', 'Everything is stored', [
  stored(sale, 48_210),
  stored(noSale, 48_211),
  stored(skipped, 48_212),
  stored(cancelled, 48_213),
])

/** An upload with an answer of each kind, as JSON or as lines. */
export const MIXED_UPLOAD = uploadExamples('mixedUpload', 'Stored before, put aside, to be sent again, held back', [
  stored(sale, 48_210, true),
  refused(noSale, 'invalid-invoice'),
  refused(skipped, 'outcome-unknown'),
  refused(cancelled, 'not-attempted'),
])

function linesOf(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('')
}

function receiptOf(identity: Identity, offset: number | null): Receipt {
  const partition = partitionOf(Buffer.from(identity.storeId), 12)
  const place = { topic: 'pos.invoices', partition, offset: offset === null ? null : String(offset) }
  return toReceipt(identity, place, '2026-03-14T16:05:10.123Z')
}

function stored(identity: Identity, offset: number, isReplay = false): ItemAnswer {
  return { kind: 'receipt', receipt: receiptOf(identity, offset), isReplay }
}

function refused(identity: Identity, slug: Parameters<typeof exampleOf>[0]): ItemAnswer {
  return { kind: 'problem', identity: identityOf(identity), problem: exampleOf(slug) }
}

/** The examples of an answer by media type. They are made as real answers are. */
function uploadExamples(name: string, summary: string, answers: readonly ItemAnswer[]): Record<string, Examples> {
  return {
    'application/json': { [name]: example(summary, JSON.parse(wholeAnswer(answers, false))) },
    [NDJSON]: { [name]: example(summary, wholeAnswer(answers, true)) },
  }
}

function wholeAnswer(answers: readonly ItemAnswer[], asLines: boolean): string {
  return [...uploadResponse(answers, asLines).parts].join('')
}
