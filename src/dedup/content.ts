import type { Buffer } from 'node:buffer'
import { hash } from 'node:crypto'
import { parseStrictJson } from '../invoice/strict-json.ts'

/** More levels than any invoice has, and few enough for a recursive function. */
const MAX_DEPTH = 64

/** How many characters a content hash has, each of them one byte. */
export const HASH_BYTES = 8

/**
 * Equal for values with equal content: the first 8 bytes of a SHA-256, as a text of 8 one-byte characters.
 *
 * The content is the canonical form (RFC 8785): a till that writes its invoice anew, with other spacing or another order
 * of members, has sent the same invoice. What the gateway would not take (`parseStrictJson`) has no canonical form: a
 * number with a fraction may lose digits, of two members with one name only one is kept. Then the content is the bytes.
 */
export function contentHash(value: Buffer): string {
  const parsed = parseStrictJson(value, { maxDepth: MAX_DEPTH })
  const content = parsed.kind === 'value' ? canonicalForm(parsed.value) : value
  return hash('sha256', content, 'buffer').toString('latin1', 0, HASH_BYTES)
}

/** `uncompared`: to compare them would hold up the caller for too long. */
export type Comparison = 'same' | 'other' | 'uncompared'

/** A millisecond each, about. */
const MAX_COMPARED_BYTES = 65_536

/** Whether two values, whose bytes differ, have equal content. */
export function compareContent(one: Buffer, other: Buffer): Comparison {
  return one.length > MAX_COMPARED_BYTES ? 'uncompared' : compareWithHash(contentHash(one), other)
}

/** The same, where of one value there is only its `contentHash`. */
export function compareWithHash(hash: string, value: Buffer): Comparison {
  if (value.length > MAX_COMPARED_BYTES) return 'uncompared'
  return hash === contentHash(value) ? 'same' : 'other'
}

/**
 * The canonical form (RFC 8785) of a value that `parseStrictJson` has read. All its numbers are safe integers, whose
 * canonical form is what JavaScript prints.
 */
export function canonicalForm(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value as Readonly<Record<string, unknown>>)
    default:
      return String(value)
  }
}

function canonicalArray(elements: readonly unknown[]): string {
  let text = ''
  for (const element of elements) text += text === '' ? canonicalForm(element) : `,${canonicalForm(element)}`
  return `[${text}]`
}

function canonicalObject(object: Readonly<Record<string, unknown>>): string {
  let text = ''
  for (const { name, start } of membersOf(object)) text += start + canonicalForm(object[name])
  return `{${text}}`
}

/** A member's name, and how it begins in the canonical form. */
interface Member {
  readonly name: string
  /** `,"name":`, without the comma for the first. */
  readonly start: string
}

/** Members in canonical order, by the names in the order of the object: tills write the same few objects all the time. */
const orders = new Map<string, readonly Member[]>()
const MAX_ORDERS = 1_000

function membersOf(object: object): readonly Member[] {
  const names = Object.keys(object)
  const key = names.join('\0')
  // Names that hold the separator themselves could share a key with others.
  const known = orders.get(key)
  if (known !== undefined && known.length === names.length) return known
  const members = names
    .sort() // compares UTF-16 code units, as the RFC wants
    .map((name, index) => ({ name, start: `${index === 0 ? '' : ','}${quoted(name)}:` }))
  if (key.length > MAX_KEY_LENGTH || names.some((name) => name.includes('\0'))) return members
  if (orders.size >= MAX_ORDERS) orders.clear()
  orders.set(key, members)
  return members
}

/** Objects with longer names all together are no members of an invoice that come again. */
const MAX_KEY_LENGTH = 1_000

/** Texts that stand in JSON as they are. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}
