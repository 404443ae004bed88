import sale from '../../openapi/examples/sale.json' with { type: 'json' }
import { Problem, type ProblemSlug } from '../errors.ts'
import { validateInvoice } from '../invoice/validate.ts'
import type { Violation } from '../invoice/violation.ts'

export interface ProblemText {
  /** What the gateway found. It may have the marks of `textToHtml`, as `remedy` may. */
  readonly meaning: string
  /** What a person does about it. */
  readonly remedy: string
  /** The `detail` of the example document. */
  readonly example: string
}

const NOTHING = 'Nothing: the till sends the invoice again by itself. If it lasts, look at the gateway and the cluster.'

/** What the page of each problem says. */
export const PROBLEM_TEXTS: Readonly<Record<ProblemSlug, ProblemText>> = {
  'malformed-json': {
    meaning:
      'The body is not one strict JSON value in UTF-8: it does not parse, repeats a member, has half of a surrogate pair, ' +
      'or nests too deeply.',
    remedy: 'Correct the software of the till. The invoice is not in Kafka.',
    example: 'The text ends before the JSON value does.',
  },
  'malformed-upload': {
    meaning:
      'The upload is not what its header fields say: it does not inflate completely, is not one JSON array, is not one ' +
      'invoice a line, or holds no invoice. One malformed invoice does not make the upload malformed: that invoice ' +
      'gets its own answer.',
    remedy: 'Correct the software of the till. Nothing of the upload is in Kafka.',
    example: 'The body does not inflate: it is cut off, damaged or something else.',
  },
  'bad-request': {
    meaning:
      'The request has no body, or something other than the body is malformed: the path, a header field, or the HTTP message.',
    remedy: 'Correct the software of the till; `errors` says which parameter it is.',
    example: 'A path or header parameter is not as documented.',
  },
  unauthorized: {
    meaning:
      'The request has no token or client certificate, or one that this gateway does not take: it has expired, is revoked, was changed, or is ' +
      'for another service. `detail` says which.',
    remedy: 'Give the till a new token. Its invoices are taken as soon as it has one.',
    example: 'The token has expired. The till needs a new one.',
  },
  forbidden: {
    meaning:
      'The token is valid, but not for this store, this terminal, or this use: writing invoices needs the scope ' +
      '`invoices:write`, a resume cursor `invoices:read`.',
    remedy: 'Find out whose token the till has. Give it one for its own store and terminal.',
    example: 'The token is not for this store and terminal.',
  },
  'not-found': {
    meaning: 'There is nothing at this path.',
    remedy: 'Correct the address that the till is configured with.',
    example: 'There is nothing at this path.',
  },
  'cursors-off': {
    meaning: 'The gateway does not follow the journals, so it cannot say which numbers of a journal are in Kafka.',
    remedy:
      'Set `JOURNALS_TOPIC`, and run `tillgate dedup`, which writes that topic. Without a cursor a till sends all that ' +
      'it has no receipt for. That is safe.',
    example: 'This gateway has no resume cursors: JOURNALS_TOPIC is not set.',
  },
  'method-not-allowed': {
    meaning: 'The path exists, but not for this method. The header field `Allow` lists the methods it takes.',
    remedy: 'Correct the software of the till.',
    example: 'This path does not take the method of the request.',
  },
  'request-timeout': {
    meaning: 'The request did not arrive completely within the time that the gateway waits for it.',
    remedy: 'Nothing, if it is rare. If it lasts, look at the network between the till and the gateway.',
    example: 'The request did not arrive completely in time. Send the same document again.',
  },
  'too-large': {
    meaning: 'The invoice is longer than the gateway accepts (MAX_INVOICE_BYTES).',
    remedy: 'Raise the limit of the gateway, then have the till send the invoice again.',
    example: 'The invoice is longer than this gateway accepts.',
  },
  'upload-too-large': {
    meaning:
      'The upload is longer than the gateway accepts, as it was sent or inflated, or it holds too many invoices. ' +
      'Nothing is wrong with the invoices.',
    remedy: 'Nothing, if the till sends the upload again in smaller parts by itself. Otherwise raise the limits.',
    example: 'The upload is longer than this gateway accepts. Send it in parts.',
  },
  'too-costly': {
    meaning:
      'Reading the body took longer than the gateway allows (`UPLOAD_READ_TIMEOUT_MS`). Nothing of it is in Kafka. ' +
      'The same bytes would take as long again.',
    remedy:
      'Send an upload in parts, at last each invoice by itself. An invoice that is refused alone stays in the journal: report it.',
    example: 'Reading the upload takes too long. Send it in parts.',
  },
  'unsupported-media-type': {
    meaning:
      'The body is not declared as `application/json` in UTF-8, or it has a content coding, whether it is declared or not. ' +
      'The header field `Accept` or `Accept-Encoding` says what would have been accepted.',
    remedy: 'Correct the software of the till.',
    example: 'An invoice is sent as application/json, in UTF-8.',
  },
  'invalid-invoice': {
    meaning:
      'The body is JSON, but breaks the contract of an invoice: its schema, its arithmetic, or it holds a card number. ' +
      '`errors` lists every broken rule with a JSON pointer and what would be right, and never the value that was sent.',
    remedy:
      'Correct the software of the till, or let it declare how it computes: `docs/invoice.md` has every member and rule. ' +
      'Then send the corrected invoice. It is not in Kafka.',
    example: 'The invoice breaks the rules listed in `errors`. The same document will be refused again.',
  },
  'identity-conflict': {
    meaning:
      'An invoice of the same store, terminal, journal and sequence number, but with other content, is in Kafka. Other ' +
      'spacing and another order of members are not other content.',
    remedy: 'Find out which of the two is right. A counter that restarted needs a new journal id.',
    example: 'Other content with the same identity is in Kafka.',
  },
  'identity-mismatch': {
    meaning:
      'The identity in the body is not the one in the path, or not the one that was stored with the same `Idempotency-Key` of the same sender.',
    remedy: 'Correct the software of the till.',
    example: 'The path names another identity than the body.',
  },
  'not-attempted': {
    meaning:
      'An earlier invoice of the same terminal in the same upload has to be sent again. This one was held back, so that ' +
      'the order in the topic stays the order of the till.',
    remedy: NOTHING,
    example: 'An earlier invoice of the terminal was not stored. Send this one after it.',
  },
  'quota-exceeded': {
    meaning:
      'The store or the terminal has used up its quota of invoices a minute on this gateway. The header field ' +
      '`RateLimit` says which quota it is and when there is room again. `RateLimit-Policy` says how large the quota is.',
    remedy: 'Nothing, if it is rare. If it lasts, find out why the till sends so much, or raise the quota.',
    example: 'The terminal has sent its invoices of this minute. Send this one later.',
  },
  'sender-limit': {
    meaning:
      'One sender, which is a principal or an address, has too many connections, too many bytes under way, or takes too ' +
      'much of the time in which invoices are read. `detail` says which. What was refused counts as well.',
    remedy:
      'Nothing, if it is rare. If it lasts, find out why this sender sends so much. If many tills share a token or an ' +
      'address, raise `PRINCIPAL_SHARE_PERCENT`, `ADDRESS_SHARE_PERCENT` or `SENDER_TIME_PERCENT`.',
    example: 'The sender has too many connections. Send it again later.',
  },
  'headers-too-large': {
    meaning: 'The request line and the header fields together are longer than the gateway accepts (16 KiB).',
    remedy: 'Correct the software of the till, or the proxy that adds the header fields.',
    example: 'The request line and header fields are longer than this gateway accepts.',
  },
  'internal-error': {
    meaning: 'The gateway failed unexpectedly. The invoice may be in Kafka.',
    remedy: 'Report it with the log of the gateway. The till sends the invoice again by itself.',
    example: 'The gateway failed. Send the same document again.',
  },
  saturated: {
    meaning:
      'Invoices arrive faster than they are stored: too many are in flight, too many uploads or large invoices wait to be ' +
      'read, or the buffer of this instance is full.',
    remedy: NOTHING,
    example: 'The buffer of this instance is full. Send the same document again.',
  },
  'not-read': {
    meaning: 'The thread that read the upload or the large invoice crashed. Nothing of it is in Kafka.',
    remedy: 'If it lasts, report it with the log of the gateway. Smaller uploads may get through.',
    example: 'Nothing of it is in Kafka. Send the same document again.',
  },
  'keys-unavailable': {
    meaning: 'The gateway could not read the keys of the identity provider since it was started.',
    remedy: NOTHING,
    example: 'The keys of the identity provider were never read. Send it again.',
  },
  draining: {
    meaning: 'This instance is shutting down. Another one takes the invoice.',
    remedy: NOTHING,
    example: 'This instance is shutting down. Send the same document again.',
  },
  'cursors-unread': {
    meaning:
      'The gateway has not read the journals to their end since it was started. It cannot say yet which numbers of a ' +
      'journal are in Kafka.',
    remedy: 'Nothing: the till asks again by itself. If it lasts, look at the log of the gateway and at the cluster.',
    example: 'The gateway is still reading the journals. Ask again later.',
  },
  'cursor-not-kept': {
    meaning:
      'There are more journals than this gateway has room for, and it may have dropped this one. So it cannot say which of ' +
      'its numbers are in Kafka.',
    remedy:
      'Give the gateway more room for journals. Until then a till sends all that it has no receipt for. That is safe.',
    example: 'This gateway has no room for all journals. Another one may have this one.',
  },
  'refused-by-kafka': {
    meaning:
      'A broker refused the record, for instance because the gateway is not allowed to write to the topic, or because the topic takes only smaller records.',
    remedy: 'Correct the cluster: the rights of the gateway, or the settings of the topic. The till keeps on trying.',
    example: 'Kafka refuses the record. Send the same document again.',
  },
  'kafka-unavailable': {
    meaning:
      'The gateway does not reach the leader of the partition, the topic is missing, or the leader has too few in-sync ' +
      'replicas. The invoice is not in Kafka.',
    remedy: NOTHING,
    example: 'Kafka is not reachable. Send the same document again.',
  },
  'topic-unusable': {
    meaning:
      'The topic of the invoices was deleted, has too few partitions, or asks for more in-sync replicas than it has ' +
      "replicas. The invoice is not in Kafka. `/readyz` of the operator's listener says which.",
    remedy: 'Correct the topic (`tillgate topics check`). The gateway notices by itself, and the till keeps on trying.',
    example: 'The topic of the invoices is missing. An operator has to create it.',
  },
  throttled: {
    meaning:
      'The gateway sends more than a quota of the brokers allows (`producer_byte_rate` and others), so they make it ' +
      'pause. The invoice is not in Kafka.',
    remedy: 'Raise the quota of the gateway in Kafka, or find out why it sends so much. The till keeps on trying.',
    example: 'A quota of Kafka holds this gateway back. Send the same document again.',
  },
  'outcome-unknown': {
    meaning:
      'The invoice was handed to Kafka and has not been confirmed in time. It may be stored, now or a little later.',
    remedy: NOTHING,
    example: 'Kafka has not confirmed the invoice in time. Send the same document again.',
  },
}

/** A problem as the gateway answers it, for the page and for the OpenAPI document. */
export function exampleOf(slug: ProblemSlug): Problem {
  const { example } = PROBLEM_TEXTS[slug]
  return slug === 'invalid-invoice' ? new Problem(slug, example, { errors: brokenRules() }) : new Problem(slug, example)
}

/** What the gateway says of the sale of the examples if one of its sums is wrong. */
function brokenRules(): readonly Violation[] {
  const { totals } = sale
  const broken = { ...sale, totals: { ...totals, tendered: totals.tendered + 1 } }
  const body = Buffer.from(JSON.stringify(broken))
  const result = validateInvoice(body, { arithmetic: () => 'strict', receivedAt: new Date(sale.occurredAt) })
  return result.kind === 'valid' ? [] : result.errors
}
