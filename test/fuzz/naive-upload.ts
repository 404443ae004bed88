import zlib from 'node:zlib'
import { type Identity, identityText } from '../../src/invoice/identity.ts'
import { validateInvoice } from '../../src/invoice/validate.ts'
import { LIMITS } from './upload-app.ts'

/** What a request is to be answered with, by the documentation alone. */
export type Expected =
  /** A problem for the whole of it; where several are right, any of them. */
  | { readonly kind: 'problem'; readonly slugs: readonly string[] }
  | { readonly kind: 'items'; readonly items: readonly ExpectedItem[] }

export interface ExpectedItem {
  readonly status: 201 | 400 | 413 | 422
  readonly identity: Identity | undefined
  /** What is published of it; nothing for what is not accepted and for what came before in the same upload. */
  readonly published: Buffer | undefined
}

export interface Upload {
  readonly body: Buffer
  readonly contentType: string
  readonly coding: string | undefined
}

const problem = (...slugs: string[]): Expected => ({ kind: 'problem', slugs })

/**
 * A slow and plain model of an upload that arrives whole: it inflates member by member, finds items in text, and keeps
 * a table of identities. It shares nothing with `src/uploads/`; the verdict on a single invoice has tests of its own.
 */
export function expectedOf({ body, contentType, coding = 'identity' }: Upload): Expected {
  const framing = { 'application/x-ndjson': 'lines', 'application/jsonl': 'lines', 'application/json': 'array' }[
    contentType
  ]
  if (framing === undefined || !['identity', 'gzip', 'x-gzip', 'zstd'].includes(coding))
    return problem('unsupported-media-type')
  if (body.length > (coding === 'identity' ? LIMITS.maxBytes : LIMITS.maxCompressedBytes))
    return problem('upload-too-large')
  if (body.length === 0) return problem('malformed-upload')

  const { bytes, isDamaged } = coding === 'identity' ? { bytes: body, isDamaged: false } : naiveInflate(body, coding)
  const isTooLarge = bytes.length > LIMITS.maxBytes
  if (isTooLarge && isDamaged) return problem('upload-too-large', 'malformed-upload')
  if (isTooLarge) return problem('upload-too-large')
  if (isDamaged) return problem('malformed-upload')

  // Without the byte order mark.
  const text = bytes.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '')
  const found = framing === 'lines' ? text.split('\n').map(trim).filter(Boolean) : elementsOf(text)
  if (framing === 'lines' && isNoLines(found as string[])) return problem('malformed-upload')
  if (found.filter((item) => item !== null).length > LIMITS.maxInvoices) return problem('upload-too-large')
  if (found.length === 0 || found.at(-1) === null) return problem('malformed-upload')
  return { kind: 'items', items: expectedItems(found.map((item) => Buffer.from(item as string, 'latin1'))) }
}

const OTHER_STARTS = ['1f8b', '28b52ffd', 'feff', 'fffe'].map((hex) => Buffer.from(hex, 'hex').toString('latin1'))

/** Whether text that should be lines is something else: compressed, UTF-16, an array, or an invoice spread over lines. */
function isNoLines(lines: readonly string[]): boolean {
  const [first = '', second = ''] = lines
  if (first.startsWith('[')) return !/^\{.*\}$/s.test(second) || lines.at(-1)?.endsWith(']') === true
  if (OTHER_STARTS.some((start) => first.startsWith(start))) return true
  if (/^(?:\0[^\0]){2}|^(?:[^\0]\0){2}/s.test(first)) return true
  return /^\{(?:.*[^}])?$/s.test(first) && /^["}]/.test(second)
}

function expectedItems(values: readonly Buffer[]): ExpectedItem[] {
  const seen = new Map<string, Buffer>()
  return values.map((value): ExpectedItem => {
    if (value.length > LIMITS.maxInvoiceBytes) return { status: 413, identity: undefined, published: undefined }
    const verdict = validateInvoice(value, { arithmetic: () => 'strict', receivedAt: new Date() })
    if (verdict.kind === 'malformed') return { status: 400, identity: undefined, published: undefined }
    const { identity } = verdict
    if (verdict.kind === 'invalid') return { status: 422, identity, published: undefined }
    const name = identityText(verdict.identity)
    const first = seen.get(name)
    if (first === undefined) {
      seen.set(name, value)
      return { status: 201, identity, published: value }
    }
    return { status: first.equals(value) ? 201 : 422, identity, published: undefined }
  })
}

function trim(text: string): string {
  return text.replaceAll(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
}

/** The elements of one array as text, in order; `null` behind the last good one where it stops being an array. */
function elementsOf(text: string): (string | null)[] {
  const blank = trim(text)
  // Strings are blanked out, so that no bracket or comma in them counts; one that does not end takes all of the rest.
  const bare = blank.replaceAll(/"(?:[^"\\]|\\.)*(?:"|\\?$)/gs, (string) => '"'.repeat(string.length))
  const elements: (string | null)[] = []
  if (!bare.startsWith('[')) return [null]
  let depth = 0
  let start = 1
  for (let i = 0; i < bare.length; i++) {
    if ('[{'.includes(bare[i] as string)) depth++
    if (']}'.includes(bare[i] as string)) depth--
    const closes = depth === 0
    if (!closes && !(depth === 1 && bare[i] === ',')) continue
    const element = trim(blank.slice(start, i))
    if (element === '' && !(closes && elements.length === 0)) return [...elements, null]
    if (element !== '') elements.push(element)
    if (closes) return bare[i] === ']' && i === bare.length - 1 ? elements : [...elements, null]
    start = i + 1
  }
  return [...elements, null]
}

/** Everything that comes out before the first damage. */
function naiveInflate(body: Buffer, coding: string): { bytes: Buffer; isDamaged: boolean } {
  const parts: Buffer[] = []
  let rest = body
  while (rest.length > 0) {
    if (coding !== 'zstd' && parts.length > 0 && rest.every((byte) => byte === 0)) break
    const part = coding === 'zstd' ? zstdFrame(rest) : gzipMember(rest)
    parts.push(part.bytes)
    if (part.usedBytes === null) return { bytes: Buffer.concat(parts), isDamaged: true }
    rest = rest.subarray(part.usedBytes)
  }
  return { bytes: Buffer.concat(parts), isDamaged: false }
}

interface Part {
  readonly bytes: Buffer
  /** `null`: damaged. */
  readonly usedBytes: number | null
}

const damaged = (bytes: Buffer = Buffer.alloc(0)): Part => ({ bytes, usedBytes: null })

/** One member by RFC 1952: header, deflated bytes, checksum, length. */
function gzipMember(body: Buffer): Part {
  if (body.length < 10 || body[0] !== 0x1f || body[1] !== 0x8b || body[2] !== 8) return damaged()
  const flags = body[3] as number
  if ((flags & 0xe0) !== 0) return damaged()
  let at = 10
  if ((flags & 4) !== 0) {
    if (body.length < at + 2) return damaged()
    at += 2 + body.readUInt16LE(at)
  }
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue
    const end = body.indexOf(0, at)
    if (end === -1) return damaged()
    at = end + 1
  }
  if ((flags & 2) !== 0) {
    if (body.length < at + 2 || body.readUInt16LE(at) !== (zlib.crc32(body.subarray(0, at)) & 0xffff)) return damaged()
    at += 2
  }
  const inflated = wholeOf(() => zlib.inflateRawSync(body.subarray(at), { info: true }))
  if (inflated === null) {
    const finishFlush = zlib.constants.Z_SYNC_FLUSH
    return damaged(longestPrefix(body.subarray(at), (prefix) => zlib.inflateRawSync(prefix, { finishFlush })))
  }
  const end = at + inflated.engine.bytesWritten
  if (body.length < end + 8) return damaged(inflated.buffer)
  const isRight =
    body.readUInt32LE(end) === zlib.crc32(inflated.buffer) && body.readUInt32LE(end + 4) === inflated.buffer.length
  return isRight ? { bytes: inflated.buffer, usedBytes: end + 8 } : damaged(inflated.buffer)
}

function zstdFrame(body: Buffer): Part {
  const inflated = wholeOf(() => zlib.zstdDecompressSync(body, { info: true } as object))
  if (inflated !== null && inflated.engine.bytesWritten > 0)
    return { bytes: inflated.buffer, usedBytes: inflated.engine.bytesWritten }
  const finishFlush = zlib.constants.ZSTD_e_continue
  return damaged(longestPrefix(body, (prefix) => zlib.zstdDecompressSync(prefix, { finishFlush })))
}

/** What comes out of the longest beginning of `body` that shows no damage. */
function longestPrefix(body: Buffer, inflate: (prefix: Buffer) => Buffer): Buffer {
  let [good, bad] = [0, body.length + 1]
  let bytes: Buffer = Buffer.alloc(0)
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    try {
      bytes = inflate(body.subarray(0, middle))
      good = middle
    } catch {
      bad = middle
    }
  }
  return bytes
}

interface Whole {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

function wholeOf(inflate: () => unknown): Whole | null {
  try {
    return inflate() as Whole
  } catch {
    return null
  }
}
