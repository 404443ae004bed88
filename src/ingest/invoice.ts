import type { Accumulator } from '../accumulator/accumulator.ts'
import type { Outcome } from '../accumulator/outcome.ts'
import type { ProducerRecord } from '../accumulator/producer-record.ts'
import type { Reservation } from '../admission/buffer-memory.ts'
import type { TakeQuota } from '../admission/quotas.ts'
import { may, type Principal } from '../auth/principal.ts'
import { Problem, type ProblemSlug } from '../errors.ts'
import type { CardNumberPolicy } from '../invoice/check-card-numbers.ts'
import { type Identity, invoiceIdOf, sameIdentity } from '../invoice/identity.ts'
import { type Receipt, toReceipt } from '../invoice/receipt.ts'
import { receivedAtText } from '../invoice/received-at.ts'
import { toRecord } from '../invoice/record.ts'
import { type ValidationResult, validateInvoice } from '../invoice/validate.ts'
import type { Known } from '../known/known.ts'
import type { Repeat } from '../known/repeat.ts'
import type { RecordSpan } from '../tracing/record-span.ts'
import type { RequestSpan } from '../tracing/request-span.ts'
import type { UploadReader } from '../uploads/upload-reader.ts'
import { type KeyBinding, scopedKey } from './idempotency-keys.ts'
import { notRead } from './not-read.ts'

/** One invoice as received. `body` is published byte for byte. */
export interface IngestRequest {
  readonly body: Buffer
  readonly receivedAt: Date
  /** The request's W3C `traceparent`, valid or not. */
  readonly traceparent: string | undefined
  /** `null` or absent where nothing is traced. */
  readonly span?: RequestSpan | null | undefined
  /** The identity that the path names (PUT); the body must agree. */
  readonly expectedIdentity: Identity | undefined
  /** Who sent it; `null` if tokens are not asked for. */
  readonly principal: Principal | null
  /** Large invoices of different senders are validated in turns. */
  readonly sender?: string | undefined
  /** The request's `Idempotency-Key`, if sent. */
  readonly idempotencyKey: string | undefined
  /** The buffer share that was reserved before the body was read. */
  readonly reservation: Reservation
}

/** An invoice that is in Kafka. */
export interface StoredInvoice {
  readonly receipt: Receipt
  /** Whether it was there before: nothing was appended, and the receipt is the first one. */
  readonly isReplay: boolean
}

/**
 * Resolves once every in-sync replica has the invoice (with `at-most-once`: the leader alone). Throws a `Problem` in
 * every other case.
 */
export type Ingest = (request: IngestRequest) => Promise<StoredInvoice>

export interface IngestDeps {
  readonly accumulator: Pick<Accumulator, 'append'>
  readonly topic: string
  readonly partitionOf: (storeId: string) => number
  readonly arithmetic: (storeId: string) => 'strict' | 'lenient'
  readonly cardNumbers?: CardNumberPolicy | undefined
  readonly takeQuota: TakeQuota
  /** Called for each invoice of a store or terminal that its sender's token is not for. */
  readonly onForbidden?: ((principal: Principal | null, identity: Identity) => void) | undefined
  /** Called for every live invoice that is appended. */
  readonly onLive: () => void
  readonly keys: KeyBinding
  /** Which invoices are in Kafka already, as far as is known. */
  readonly known: Pick<Known, 'find'>
  /**
   * Larger invoices are validated by `reader`. At worst, 64 KB take the main thread 9 ms, and 800 KB more than 100 ms: many
   * unknown members, long lists of amounts with taxes.
   */
  readonly inlineBytes: number
  readonly reader: Pick<UploadReader, 'readInvoice'>
}

/** An invoice on its way to Kafka. */
interface Taken {
  readonly identity: Identity
  /** Binds the `Idempotency-Key`, if there is one. */
  readonly bind: () => void
  readonly invoiceId: string
  readonly outcome: Promise<Outcome> | Replay
  readonly span: RecordSpan | null
}

/** What is known of an invoice that is in Kafka already. */
type Replay = Extract<Repeat, { kind: 'same' }>

/** THE flow of an invoice: validate, make the record, append it, wait for Kafka, answer with the receipt. */
export function createIngest(deps: IngestDeps): Ingest {
  const {
    accumulator,
    topic,
    partitionOf,
    arithmetic,
    cardNumbers,
    takeQuota,
    keys,
    known,
    onForbidden,
    onLive,
    reader,
  } = deps

  /**
   * Returns only what the wait for Kafka needs. The parsed invoice is much larger and must not be held while waiting.
   */
  function take(request: IngestRequest): Taken {
    const { body, receivedAt } = request
    const endValidation = request.span?.startValidation()
    const verdict = validateInvoice(body, { arithmetic, receivedAt, cardNumbers })
    endValidation?.({ verdict: verdict.kind })
    return append(request, body, verdict)
  }

  /** The same, but the main thread goes on meanwhile. The body moves to the worker, and back as `value`. */
  async function takeLarge(request: IngestRequest): Promise<Taken> {
    const body = request.body as Uint8Array<ArrayBuffer>
    const endValidation = request.span?.startValidation()
    const read = reader.readInvoice(body, request.receivedAt, { sender: request.sender })
    const { value, verdict } = await read.catch((error: unknown) => notRead(error, INVOICE_NOT_READ))
    endValidation?.({ verdict: verdict.kind })
    return append(request, value, verdict)
  }

  function append(request: IngestRequest, body: Buffer, verdict: ValidationResult): Taken {
    const { receivedAt, traceparent, expectedIdentity, principal, idempotencyKey, reservation } = request
    if (verdict.kind !== 'valid') throw problemOfFault(verdict)
    const { identity } = verdict
    if (expectedIdentity !== undefined && !sameIdentity(expectedIdentity, identity))
      throw new Problem('identity-mismatch', 'The path and the body name different invoices.')
    if (!mayWrite(principal, identity)) {
      onForbidden?.(principal, identity)
      throw FORBIDDEN
    }

    const invoiceId = invoiceIdOf(identity)
    const key = idempotencyKey === undefined ? undefined : scopedKey(principal, idempotencyKey)
    if (key !== undefined && !keys.isFor(key, invoiceId))
      throw new Problem('identity-mismatch', 'This Idempotency-Key was already used for another invoice.')
    const bind = () => key !== undefined && keys.bind(key, invoiceId)
    const repeat = known.find(invoiceId, identity, body)
    if (repeat.kind === 'other') throw CONFLICT
    if (repeat.kind === 'same') return { identity, bind, invoiceId, outcome: repeat, span: null }

    const exceeded = takeQuota(identity)
    if (exceeded !== null) throw exceeded
    const partition = partitionOf(identity.storeId)
    onLive()
    const span = request.span?.startWait({ invoiceId, partition, sizeBytes: body.length }) ?? null
    const context = { receivedAt: receivedAtText(receivedAt), traceparent, span, principal, ingest: 'live' } as const
    const record = { ...toRecord(verdict, body, context, invoiceId), partition, span }
    return { identity, bind, invoiceId, outcome: accumulator.append(record, reservation), span }
  }

  return async (request) => {
    const isLarge = request.body.length > deps.inlineBytes
    const { identity, bind, invoiceId, outcome: pending, span } = isLarge ? await takeLarge(request) : take(request)
    const outcome = await pending
    if (outcome.kind === 'same') {
      bind()
      return replayOf(outcome, identity, { topic, partition: partitionOf(identity.storeId) }, invoiceId)
    }
    span?.end(outcome)
    if (outcome.kind !== 'acknowledged') throw problemOf(outcome)
    bind()
    const receipt = toReceipt(identity, { topic, ...outcome }, firstReceivedAt(outcome.record), invoiceId)
    return { receipt, isReplay: false }
  }
}

/** The answer to a large invoice that no thread could validate soon. */
export const TOO_MANY_LARGE = new Problem(
  'saturated',
  'Too many large invoices wait to be validated. Send the same document again.',
  { bound: 'readers' },
)
const INVOICE_NOT_READ = { tooMany: TOO_MANY_LARGE, tooCostly: 'Validating the invoice takes too long.' }

/** The answer to an invoice of a store or terminal that the token is not for. */
export const FORBIDDEN = new Problem('forbidden', 'The token is not for this store and terminal.')

/** Whether the sender of a request may write for the terminal that an invoice names. `null`: everybody may. */
export function mayWrite(principal: Principal | null, identity: Identity): boolean {
  return principal === null || may(principal, 'invoices:write', identity)
}

/** The first receipt of an invoice that is in Kafka already. */
export function replayOf(
  { offset, receivedAtMs }: Replay,
  identity: Identity,
  { topic, partition }: { topic: string; partition: number },
  invoiceId: string,
): StoredInvoice {
  const receivedAt = new Date(receivedAtMs).toISOString()
  return { receipt: toReceipt(identity, { topic, partition, offset }, receivedAt, invoiceId), isReplay: true }
}

const OTHER_CONTENT = 'Other content with the same identity is in Kafka.'

/** The answer to an invoice whose identity another one in Kafka has. */
export const CONFLICT = new Problem('identity-conflict', OTHER_CONTENT)

/** When the published record was received. Requests that joined it get the same time, so their receipts are equal. */
export function firstReceivedAt({ headers }: ProducerRecord): string {
  return headers['pos-received-at'] as string
}

const INVALID = 'The invoice breaks the rules listed in `errors`. The same document will be refused again.'

/** The problem that tells a till what is wrong with its invoice. */
export function problemOfFault(fault: Exclude<ValidationResult, { kind: 'valid' }>): Problem {
  const { errors } = fault
  if (fault.kind === 'malformed') return new Problem('malformed-json', fault.detail, { errors })
  return new Problem('invalid-invoice', INVALID, { errors, omitted: fault.omitted })
}

/** The problem that tells a till what is known about its unacknowledged invoice. */
export function problemOf(outcome: Exclude<Outcome, { kind: 'acknowledged' }>): Problem {
  const [slug, detail] = outcome.kind === 'unknown' ? UNKNOWN : REJECTIONS[outcome.reason]
  return new Problem(slug, detail)
}

const UNKNOWN = ['outcome-unknown', 'The invoice may or may not be in Kafka. Send the same document again.'] as const

const REJECTIONS: Record<Extract<Outcome, { kind: 'rejected' }>['reason'], readonly [ProblemSlug, string]> = {
  'not-ready': ['kafka-unavailable', 'The gateway has no connection to Kafka yet.'],
  stalled: ['kafka-unavailable', 'The partition of this store does not answer.'],
  expired: ['kafka-unavailable', 'Kafka did not take it in time. The invoice is not in Kafka.'],
  throttled: ['throttled', 'A quota of Kafka holds this gateway back. The invoice is not in Kafka.'],
  'topic-missing': ['topic-unusable', 'The topic of the invoices is missing. An operator has to create it.'],
  'partition-missing': [
    'topic-unusable',
    'The topic has fewer partitions than it should. An operator has to look at it.',
  ],
  'too-few-replicas': [
    'topic-unusable',
    'The topic wants more replicas in sync than it has. An operator has to look at it.',
  ],
  draining: ['draining', 'This instance is shutting down. Another one will take the invoice.'],
  'too-large': [
    'refused-by-kafka',
    'The topic takes only smaller records. An operator has to raise max.message.bytes.',
  ],
  refused: ['refused-by-kafka', 'Kafka refuses the record. An operator has to look at the topic.'],
  'identity-conflict': ['identity-conflict', OTHER_CONTENT],
  predecessor: ['not-attempted', 'An earlier invoice of the terminal was not stored. Send this one after it.'],
  'identity-busy': ['kafka-unavailable', 'Another document with the same identity was still in flight.'],
}
