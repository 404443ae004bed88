import { Buffer } from 'node:buffer'
import { hash } from 'node:crypto'

/** The natural key of an invoice, minted by the till before its first attempt and never changed. */
export interface Identity {
  readonly storeId: string
  readonly terminalId: string
  readonly journalId: string
  readonly sequenceNumber: number
}

/** The three members that name a journal. */
export type JournalName = Omit<Identity, 'sequenceNumber'>

/** The identity of anything that carries one: a new object with exactly its four members. */
export function identityOf(bearer: Identity): Identity {
  return {
    storeId: bearer.storeId,
    terminalId: bearer.terminalId,
    journalId: bearer.journalId,
    sequenceNumber: bearer.sequenceNumber,
  }
}

/** The journal as one string, `store/terminal/journal`: equal for equal journals only, because no name has a slash. */
export function journalText({ storeId, terminalId, journalId }: JournalName): string {
  return `${storeId}/${terminalId}/${journalId}`
}

/**
 * The identity as one string, `store/terminal/journal/number`: equal for equal identities only, because no member can
 * contain a slash. Use it as a map key.
 */
export function identityText(identity: Identity): string {
  return `${journalText(identity)}/${identity.sequenceNumber}`
}

/** The path of the invoice as a resource, for `Location` and `PUT`. Percent-encoded (RFC 3986). */
export function identityPath(identity: Identity): string {
  return `/v1/stores/${encodeURIComponent(identity.storeId)}/terminals/${encodeURIComponent(identity.terminalId)}/journals/${encodeURIComponent(identity.journalId)}/invoices/${identity.sequenceNumber}`
}

/** Whether both name the same invoice. */
export function sameIdentity(a: Identity, b: Identity): boolean {
  return (
    a.sequenceNumber === b.sequenceNumber &&
    a.terminalId === b.terminalId &&
    a.storeId === b.storeId &&
    a.journalId === b.journalId
  )
}

/** Namespace of `invoiceIdOf`. It is part of the contract: changing it changes every invoiceId ever answered. */
const NAMESPACE = Buffer.from('280eefe63259412cb8243df644d1b3a5', 'hex')

/** What is hashed: the namespace, then the name. One buffer for all, because nothing of it is needed afterwards. */
const hashed = Buffer.alloc(1_024)
NAMESPACE.copy(hashed)

/** The first bytes of `hashed`, by their number: most names have the length of an earlier one. */
const beginnings: Buffer[] = []

/**
 * The UUID version 5 (RFC 9562: SHA-1 of a namespace and a name) of the identity's text. Every instance computes the
 * same one, nothing is stored, and two identities never share one. The package `uuid` gives the same result, but takes
 * three times as long.
 */
export function invoiceIdOf(identity: Identity): string {
  const digest = hash('sha1', hashedBytes(identityText(identity)), 'hex')
  const variant = VARIANTS[digest[16] as string]
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`
}

function hashedBytes(name: string): Buffer {
  // Longer than any that validation lets through.
  if (3 * name.length > hashed.length - NAMESPACE.length) return Buffer.concat([NAMESPACE, Buffer.from(name)])
  const length = NAMESPACE.length + hashed.write(name, NAMESPACE.length)
  beginnings[length] ??= hashed.subarray(0, length)
  return beginnings[length]
}

/** By the first digit of the octet that the variant goes into: its two highest bits are 1 and 0. */
const VARIANTS: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 16 }, (_, digit) => [digit.toString(16), (8 + (digit % 4)).toString(16)]),
)
