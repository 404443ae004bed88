import { cardNumberPolicy } from '../invoice/check-card-numbers.ts'
import { arithmeticOf, MAX_VIOLATIONS, type ValidationResult, validateInvoice } from '../invoice/validate.ts'
import type { Ask } from './ask.ts'
import type { Coding } from './inflate.ts'
import { inflateAsking } from './inflate-asking.ts'
import { type Parcel, ParcelWriter, parcelItems } from './parcel.ts'
import { type Framing, type Span, type Split, split } from './split.ts'

/** The same for every upload. */
export interface UploadLimits {
  /** Of the whole body, inflated. */
  readonly maxBytes: number
  readonly maxInvoices: number
  /** Most frames that a body may be compressed in. Default: 1,000. */
  readonly maxFrames?: number
  readonly maxInvoiceBytes: number
  readonly arithmetic: 'strict' | 'lenient'
  /** Stores that are lenient whatever `arithmetic` says. */
  readonly lenientStores: readonly string[]
  /** What a card number does to an invoice. Default: it is refused. */
  readonly cardNumbers?: 'refuse' | 'warn'
  /** JSON pointers to places where none is looked for. */
  readonly cardNumbersExempt?: readonly string[]
}

/** One upload as received. */
export interface UploadBody {
  readonly framing: Framing
  readonly body: Uint8Array<ArrayBuffer>
  readonly coding: Coding | 'identity'
  readonly receivedAtMs: number
}

/** One invoice as received, which is no upload. */
export interface InvoiceBody {
  readonly framing: 'none'
  readonly body: Uint8Array<ArrayBuffer>
  readonly receivedAtMs: number
}

/** What became of an upload: its invoices one by one, or why it cannot be read. */
export type UploadRead =
  | { readonly kind: 'parcel'; readonly parcel: Parcel }
  | { readonly kind: 'damaged' | 'too-large' | 'too-many' | 'empty' | 'no-room' }
  | Exclude<Split, { readonly kind: 'items' }>

/**
 * Returns the function that a worker does all of its tasks with: it reads uploads and single invoices. An invoice becomes
 * a parcel of one item, whose value is the whole body.
 */
export function createReadBody(limits: UploadLimits): (body: UploadBody | InvoiceBody, ask: Ask) => UploadRead {
  const readUpload = createReadUpload(limits)
  const judge = judgeOf(limits)
  return (task, ask) => {
    if (task.framing !== 'none') return readUpload(task, ask)
    const { body, receivedAtMs } = task
    const parcel = new ParcelWriter(body)
    const value = Buffer.from(body.buffer, body.byteOffset, body.length)
    addItem(parcel, { start: 0, end: body.length }, judge(value, receivedAtMs))
    return { kind: 'parcel', parcel: parcel.finish() }
  }
}

/**
 * How many violations an answer to an upload lists, besides the first of each invoice. Without a bound, an upload of 4 KB
 * is answered with 12 MB: a thousand lines with a hundred unknown members each.
 */
const MAX_VIOLATIONS_OF_UPLOAD = 1_000

type Judge = (value: Buffer, receivedAtMs: number, maxViolations?: number) => ValidationResult

function judgeOf(limits: UploadLimits): Judge {
  const arithmetic = arithmeticOf(limits.arithmetic, limits.lenientStores)
  const cardNumbers = cardNumberPolicy(limits.cardNumbers, limits.cardNumbersExempt)
  return (value, receivedAtMs, maxViolations) =>
    validateInvoice(value, { arithmetic, receivedAt: new Date(receivedAtMs), cardNumbers, maxViolations })
}

/**
 * Returns the function that inflates, splits, parses and validates uploads. This is all that is done before anything of
 * an upload is published, and all work on its bytes. It runs in a worker, or on the main thread for small uploads.
 */
export function createReadUpload(limits: UploadLimits): (upload: UploadBody, ask?: Ask) => UploadRead {
  const judge = judgeOf(limits)
  return ({ body, coding, framing, receivedAtMs }, ask = () => true) => {
    const inflated = inflateAsking(body, coding, limits, ask)
    if (inflated.kind !== 'bytes') return inflated
    const { bytes } = inflated
    const found = split(bytes, framing, limits.maxInvoices)
    if (found.kind !== 'items') return found
    if (found.items.length === 0) return { kind: 'empty' }

    const parcel = new ParcelWriter(bytes as Uint8Array<ArrayBuffer>)
    let left = MAX_VIOLATIONS_OF_UPLOAD
    for (const span of found.items) {
      const value = bytes.subarray(span.start, span.end)
      const isTooLarge = value.length > limits.maxInvoiceBytes
      const maxViolations = Math.min(Math.max(left, 1), MAX_VIOLATIONS)
      const verdict = isTooLarge ? TOO_LARGE : judge(value, receivedAtMs, maxViolations)
      if (verdict.kind === 'invalid') left -= verdict.errors.length - 1
      addItem(parcel, span, verdict)
    }
    return { kind: 'parcel', parcel: parcel.finish() }
  }
}

const TOO_LARGE = { kind: 'too-large' } as const

/** What the main thread learns about a valid invoice: what its record needs besides its bytes. */
export type ValidItem = Extract<ValidationResult, { kind: 'valid' }>

/** What reading found out about one item of an upload. */
export type ItemVerdict = ValidationResult | { readonly kind: 'too-large' }

/** One item of an upload: its bytes as they were sent, and the verdict on them. */
export interface UploadItem {
  readonly value: Buffer
  readonly verdict: ItemVerdict
}

const KINDS = ['valid', 'invalid', 'malformed', 'too-large'] as const satisfies ItemVerdict['kind'][]

export function addItem(parcel: ParcelWriter, { start, end }: Span, verdict: ItemVerdict): void {
  const note = verdict.kind === 'valid' ? noteOfValid(verdict) : JSON.stringify(verdict)
  parcel.add(KINDS.indexOf(verdict.kind), start, end, note)
}

/** The items of a parcel that was made from an upload, in order. */
export function* uploadItems(parcel: Parcel): Generator<UploadItem> {
  for (const { kind, value, note } of parcelItems(parcel)) {
    yield { value, verdict: KINDS[kind] === 'valid' ? readValid(note) : JSON.parse(note) }
  }
}

/** Cheaper than JSON, and nearly all items are valid. No value contains a line feed: see the schema's patterns. */
function noteOfValid({ identity, invoice, warnings }: ValidItem): string {
  const { storeId, terminalId, journalId, sequenceNumber } = identity
  const members = `${storeId}\n${terminalId}\n${journalId}\n${sequenceNumber}\n${invoice.occurredAt}`
  return warnings.length === 0 ? members : `${members}\n${warnings.join('\n')}`
}

function readValid(note: string): ValidItem {
  const [storeId, terminalId, journalId, sequenceNumber, occurredAt, ...warnings] = note.split('\n') as [
    string,
    string,
    string,
    string,
    string,
    ...string[],
  ]
  const identity = { storeId, terminalId, journalId, sequenceNumber: Number(sequenceNumber) }
  return { kind: 'valid', identity, invoice: { occurredAt }, warnings }
}
