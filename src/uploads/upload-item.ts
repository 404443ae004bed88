import type { Invoice } from '../invoice/schema.ts'
import type { ValidationResult } from '../invoice/validate.ts'
import { type Parcel, type ParcelWriter, parcelItems } from './parcel.ts'
import type { Span } from './split.ts'

/** What the main thread is told of a valid invoice: what its record needs beside its bytes. */
export type ValidItem = Omit<Extract<ValidationResult, { kind: 'valid' }>, 'invoice'> & {
  readonly invoice: Pick<Invoice, 'occurredAt'>
}

/** What a worker found out about one item of an upload. */
export type ItemVerdict = ValidItem | Exclude<ValidationResult, { kind: 'valid' }> | { readonly kind: 'too-large' }

/** One item of an upload: its bytes as they were sent, and the verdict on them. */
export interface UploadItem {
  readonly value: Buffer
  readonly verdict: ItemVerdict
}

const KINDS = ['valid', 'invalid', 'malformed', 'too-large'] as const satisfies ItemVerdict['kind'][]

/** Adds an item to a worker's parcel. */
export function addItem(parcel: ParcelWriter, { start, end }: Span, verdict: ItemVerdict): void {
  const note = verdict.kind === 'valid' ? noteOfValid(verdict) : JSON.stringify(verdict)
  parcel.add(KINDS.indexOf(verdict.kind), start, end, note)
}

/** The items of a worker's parcel, in their order. */
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
