import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { JournalLine } from './read-lines.ts'

/** The content codings of a request. `identity`: not compressed. */
export const REQUEST_CODINGS = ['gzip', 'zstd', 'identity'] as const
export type RequestCoding = (typeof REQUEST_CODINGS)[number]

/** Bounds of one request. */
export interface RequestLimits {
  readonly maxInvoices: number
  /** Before compression. */
  readonly maxBytes: number
  /** After compression, if it is compressed. */
  readonly maxCompressedBytes: number
}

/** The body of one request: the first `invoices` of the lines that it was cut from. */
export interface CutRequest {
  readonly invoices: number
  /** It is one invoice, and not an upload of one. */
  readonly isAlone: boolean
  readonly body: Buffer
}

type Sendable = Pick<JournalLine, 'bytes'> & { readonly bytes: Buffer }

const gzip = promisify(zlib.gzip)
const zstdCompress = promisify(zlib.zstdCompress)
const NEWLINE = Buffer.from('\n')
/** When a compressed request is too large, the next try aims at this share of the bound. */
const MARGIN = 0.9

/**
 * A request of the first lines, as many as fit into the limits (when compressed, perhaps a few fewer). It has at least
 * one line, even if that does not fit: the gateway decides about a single invoice.
 */
export async function cutRequest(
  lines: readonly Sendable[],
  coding: RequestCoding,
  limits: RequestLimits,
): Promise<CutRequest> {
  let invoices = fitting(lines, limits)
  for (;;) {
    const plain = Buffer.concat(lines.slice(0, invoices).flatMap(({ bytes }) => [bytes, NEWLINE]))
    const body = await compress(plain, coding)
    if (coding === 'identity' || body.length <= limits.maxCompressedBytes || invoices === 1)
      return { invoices, body, isAlone: false }
    const share = (MARGIN * limits.maxCompressedBytes) / body.length
    invoices = Math.max(1, Math.floor(invoices * share))
  }
}

/** A request of the first line alone, which was too large for an upload. */
export function cutAlone(lines: readonly Sendable[]): CutRequest {
  return { invoices: 1, body: (lines[0] as Sendable).bytes, isAlone: true }
}

function fitting(lines: readonly Sendable[], { maxInvoices, maxBytes }: RequestLimits): number {
  let bytes = 0
  let count = 0
  for (const line of lines.slice(0, maxInvoices)) {
    bytes += line.bytes.length + 1
    if (bytes > maxBytes && count > 0) break
    count++
  }
  return count
}

async function compress(plain: Buffer, coding: RequestCoding): Promise<Buffer> {
  if (coding === 'identity') return plain
  return coding === 'gzip' ? await gzip(plain) : await zstdCompress(plain)
}
