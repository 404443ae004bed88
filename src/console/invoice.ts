import { hasTaken } from '../dedup/journal.ts'
import { unpackJournal } from '../dedup/journal-value.ts'
import type { Identity } from '../invoice/identity.ts'
import { type Receipt, toReceipt } from '../invoice/receipt.ts'
import type { KnownJournals } from './journal-sweep.ts'

/** What is known of one invoice. */
export type FoundInvoice =
  /** It is in Kafka, at the place that its receipt names. */
  | { readonly state: 'stored'; readonly receipt: Receipt }
  /** It is in Kafka, but only the latest invoices of a journal are remembered with their places. */
  | { readonly state: 'stored-before' }
  /** Its number was not taken, but a higher one was. */
  | { readonly state: 'missing' }
  /** Its number is higher than any that was taken, or nothing is known of its journal. */
  | { readonly state: 'not-seen' }
  /** What is known is not known to be about this topic: it is still read, or the topic was deleted or created anew. */
  | { readonly state: 'unsure' }

/** Looks an invoice up in what `.journals` says. */
export function findInvoice(
  journals: KnownJournals,
  identity: Identity,
  place: { readonly topic: string; readonly partition: number },
): FoundInvoice {
  const { storeId, terminalId, journalId, sequenceNumber } = identity
  if (!journals.isRight(storeId)) return { state: 'unsure' }
  const packed = journals.packed(`${storeId}/${terminalId}/${journalId}`)
  if (packed === undefined) return { state: 'not-seen' }
  const journal = unpackJournal(packed)
  if (!hasTaken(journal, sequenceNumber)) {
    const last = journal.ahead.at(-1)?.[1] ?? journal.through
    return { state: sequenceNumber < last ? 'missing' : 'not-seen' }
  }
  const taken = journal.recent.find((one) => one.sequenceNumber === sequenceNumber)
  if (taken === undefined) return { state: 'stored-before' }
  const receivedAt = new Date(taken.receivedAtMs).toISOString()
  return { state: 'stored', receipt: toReceipt(identity, { ...place, offset: String(taken.rawOffset) }, receivedAt) }
}
