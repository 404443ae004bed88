import zlib from 'node:zlib'

/** The content codings that an upload may have, besides none. */
export const CODINGS = ['gzip', 'zstd'] as const
export type Coding = (typeof CODINGS)[number]

/** Whether bytes begin as those of a coding do (RFC 1952, 2.3.1; RFC 8878, 3.1.1). No JSON does. */
export function isCompressed(bytes: Uint8Array): boolean {
  if (bytes[0] === 0x1f) return bytes[1] === 0x8b
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd
}

/** What became of a body: its bytes, or why there are none. */
export type Inflated =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  /** Frames. */
  | { readonly kind: 'too-many' }
  | { readonly kind: 'damaged' }

/** A zstd frame that needs a larger window than this counts as damaged. */
const ZSTD_MAX_WINDOW_LOG = 23 // 8 MiB, what every decoder has to support (RFC 8878, 3.1.1.1.2)

/** No real upload has more frames than invoices. Each takes 50 us to set up, however little is in it. */
export const MAX_FRAMES = 1_000

/**
 * The decoded bytes of a body, or `too-large` as soon as more than `maxBytes` have come out: a bomb is refused while it
 * inflates. Several gzip members or zstd frames (of these at most `maxFrames`) are one body (RFC 1952, 2.2; RFC 8878, 3). `damaged`:
 * the body ends early, has a wrong checksum, or has something behind its end, but for zeros behind gzip. Blocks its thread.
 */
export function inflate(
  body: Uint8Array,
  coding: Coding | 'identity',
  maxBytes: number,
  maxFrames = MAX_FRAMES,
): Inflated {
  if (coding === 'identity') {
    if (body.length > maxBytes) return TOO_LARGE
    return { kind: 'bytes', bytes: Buffer.from(body.buffer, body.byteOffset, body.length) }
  }
  try {
    return inflateFrames(body, coding, maxBytes, maxFrames)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? TOO_LARGE : DAMAGED
  }
}

const TOO_LARGE = { kind: 'too-large' } as const
const TOO_MANY = { kind: 'too-many' } as const
const DAMAGED = { kind: 'damaged' } as const

/** Node reads all members of gzip by itself, but stops after one frame of zstd. */
function inflateFrames(body: Uint8Array, coding: Coding, maxBytes: number, maxFrames: number): Inflated {
  const parts: Buffer[] = []
  let rest = body
  let leftBytes = maxBytes
  do {
    const { buffer, engine } = decode(rest, coding, Math.max(leftBytes, 1), parts.length === 0)
    leftBytes -= buffer.length
    if (leftBytes < 0) return TOO_LARGE
    if (engine.bytesWritten === 0) return DAMAGED
    if (parts.push(buffer) > maxFrames) return TOO_MANY
    rest = rest.subarray(engine.bytesWritten)
  } while (rest.length > 0 && !isPadding(rest, coding))
  return { kind: 'bytes', bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts) }
}

/** `gzip` ignores zeros behind the last member, as tapes and block devices leave them. */
function isPadding(rest: Uint8Array, coding: Coding): boolean {
  return coding === 'gzip' && rest.every((byte) => byte === 0)
}

/**
 * With `info`, Node also returns its engine, which knows how much of the input was used. `inOnePiece`: into memory for
 * all that may come out, instead of many small pieces that are joined afterwards. Node asks for more memory when a piece
 * is full, hence one byte more. Of many frames, each would take as much.
 */
function decode(body: Uint8Array, coding: Coding, maxOutputLength: number, inOnePiece: boolean): Decoded {
  const chunkSize = inOnePiece ? Math.max(maxOutputLength + 1, LEAST_CHUNK_BYTES) : zlib.constants.Z_DEFAULT_CHUNK
  const options = { maxOutputLength, chunkSize, info: true }
  if (coding === 'gzip') return zlib.gunzipSync(body, options) as unknown as Decoded
  const params = { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_MAX_WINDOW_LOG }
  return zlib.zstdDecompressSync(body, { ...options, params }) as unknown as Decoded
}

/** The least that zlib takes. */
const LEAST_CHUNK_BYTES = zlib.constants.Z_MIN_CHUNK

interface Decoded {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}
