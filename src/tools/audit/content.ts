import { hash } from 'node:crypto'
import { parseStrictJson } from '../../invoice/strict-json.ts'

/** More levels than any invoice has, and few enough for a recursive function. */
const MAX_DEPTH = 64

/**
 * Equal for values with equal content: a hash of the canonical form (RFC 8785). A till that writes its invoice anew,
 * with other spacing or another order of members, has sent the same invoice. The content of what the gateway would not
 * take is its bytes.
 */
export function contentHash(value: Buffer): string {
  const parsed = parseStrictJson(value, { maxDepth: MAX_DEPTH })
  return hash('sha256', parsed.kind === 'value' ? canonicalForm(parsed.value) : value, 'base64url')
}

/** All numbers are safe integers here, whose canonical form is what JavaScript prints. */
function canonicalForm(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalForm).join(',')}]`
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalForm(member)}`).join(',')}}`
}
