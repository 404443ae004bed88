import { isUtf8 } from 'node:buffer'
import type { LogRecord } from '../../kafka/read-topic.ts'
import { visibleJson } from '../terminal/visible-text.ts'
import { timestampText } from './timestamp-text.ts'

/**
 * A record as one line of JSON. Key, headers and value are text. What is not UTF-8 is base64, in `keyBase64`,
 * `headersBase64` and `valueBase64`. A header that occurs several times is an array.
 */
export function recordJson({ partition, offset, timestampMs, key, headers, value }: LogRecord): string {
  const texts: [string, unknown][] = []
  const others: [string, unknown][] = []
  for (const [name, held] of Object.entries(headers)) {
    const all = [held].flat().map((header) => (header === null ? null : Buffer.from(header as Buffer | string)))
    const isText = all.every((header) => header === null || isUtf8(header))
    const written = all.map((header) => header?.toString(isText ? 'utf8' : 'base64') ?? null)
    ;(isText ? texts : others).push([name, written.length === 1 ? written[0] : written])
  }
  const record = {
    ...{ partition, offset, timestamp: timestampText(timestampMs) },
    ...member('key', key),
    headers: Object.fromEntries(texts),
    ...(others.length === 0 ? {} : { headersBase64: Object.fromEntries(others) }),
    ...member('value', value),
  }
  return `${visibleJson(record)}\n`
}

/** `{ name: text }`, or `{ nameBase64: base64 }` for bytes that are not UTF-8; null stays null. */
function member(name: string, bytes: Buffer | null): Record<string, string | null> {
  if (bytes === null || isUtf8(bytes)) return { [name]: bytes?.toString() ?? null }
  return { [`${name}Base64`]: bytes.toString('base64') }
}
