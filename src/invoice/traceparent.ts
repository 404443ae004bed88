import { Buffer } from 'node:buffer'
import { randomFillSync } from 'node:crypto'

/** `bytes` random bytes as lower-case hex. */
export type RandomHex = (bytes: number) => string

// One call of the system's generator serves many ids.
const pool = Buffer.allocUnsafe(4096)
let used = pool.length

/** Random hex from node:crypto, filled 4 KiB at a time. */
export const pooledRandomHex: RandomHex = (bytes) => {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}

/** The valid `traceparent` of a request. */
export interface Traceparent {
  /** 32 digits of lower-case hex. */
  readonly traceId: string
  /** The span of the sender: 16 digits of lower-case hex. */
  readonly spanId: string
  /** Two digits of lower-case hex. */
  readonly flags: string
}

/**
 * Reads a `traceparent` (W3C Trace Context); null if it is absent or invalid. A later version is read like version 00
 * (its first four fields) and keeps only the sampled flag.
 */
export function readTraceparent(incoming: string | undefined): Traceparent | null {
  const match = incoming === undefined ? null : TRACEPARENT.exec(incoming)
  if (match === null) return null
  const [, version, traceId = '', spanId = '', flags = '', rest] = match
  if (traceId === ZERO_TRACE_ID || version === 'ff' || (version === '00' && rest !== '')) return null
  return { traceId, spanId, flags: version === '00' ? flags : sampledOnly(flags) }
}

/**
 * The `traceparent` of a record where nothing is traced. That of the request keeps its trace-id and flags and gets a new
 * span id. An absent or invalid one is replaced by a new trace, which is not sampled because nobody here recorded it.
 */
export function continueTraceparent(incoming: string | undefined, randomHex: RandomHex = pooledRandomHex): string {
  const parent = readTraceparent(incoming)
  if (parent === null) return `00-${nonZero(16, randomHex)}-${nonZero(8, randomHex)}-00`
  return `00-${parent.traceId}-${nonZero(8, randomHex)}-${parent.flags}`
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})((?:-.*)?)$/
const ZERO_TRACE_ID = '0'.repeat(32)

function sampledOnly(flags: string): string {
  return Number.parseInt(flags, 16) % 2 === 1 ? '01' : '00'
}

/** Draws again while the id is all zeroes, which is not a valid id. */
function nonZero(bytes: number, randomHex: RandomHex): string {
  let id = randomHex(bytes)
  while (/^0+$/.test(id)) id = randomHex(bytes)
  return id
}
