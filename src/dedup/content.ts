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

/**
 * The canonical form (RFC 8785) of a value that `parseStrictJson` has read. All its numbers are safe integers, whose
 * canonical form is what JavaScript prints; `sort` compares UTF-16 code units, as the RFC wants.
 */
export function canonicalForm(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalForm).join(',')}]`
  const object = value as Readonly<Record<string, unknown>>
  let members = ''
  for (const name of Object.keys(object).sort()) {
    if (members !== '') members += ','
    members += `${JSON.stringify(name)}:${canonicalForm(object[name])}`
  }
  return `{${members}}`
}
