import zlib from 'node:zlib'

/** The content codings that an upload may have, besides none. */
export const CODINGS = ['gzip', 'zstd'] as const
export type Coding = (typeof CODINGS)[number]

/** What became of a body: its bytes, or why there are none. */
export type Inflated =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'damaged' }

/** A zstd frame may ask for more memory than this to be read with; such a one counts as damaged. */
const ZSTD_MAX_WINDOW_LOG = 23 // 8 MiB, what every decoder has to support (RFC 8878, 3.1.1.1.2)

/**
 * The bytes behind a content coding, or `too-large` as soon as more than `maxBytes` have come out: a bomb is refused
 * while it inflates. `damaged`: it ends early, has a wrong checksum, or something behind its end. Blocks its thread.
 */
export function inflate(body: Uint8Array, coding: Coding | 'identity', maxBytes: number): Inflated {
  if (coding === 'identity') {
    if (body.length > maxBytes) return { kind: 'too-large' }
    return { kind: 'bytes', bytes: Buffer.from(body.buffer, body.byteOffset, body.length) }
  }
  try {
    const { buffer, engine } = decode(body, coding, maxBytes)
    const isWhole = engine.bytesWritten === body.length
    return isWhole ? { kind: 'bytes', bytes: buffer } : { kind: 'damaged' }
  } catch (error) {
    return { kind: (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'damaged' }
  }
}

/** With `info` Node also returns its engine, which says how much of the input it has used. */
function decode(body: Uint8Array, coding: Coding, maxOutputLength: number): Decoded {
  const options = { maxOutputLength, info: true }
  if (coding === 'gzip') return zlib.gunzipSync(body, options) as unknown as Decoded
  const params = { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_MAX_WINDOW_LOG }
  return zlib.zstdDecompressSync(body, { ...options, params }) as unknown as Decoded
}

interface Decoded {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}
