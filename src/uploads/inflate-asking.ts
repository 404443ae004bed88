import type { Ask } from './ask.ts'
import { type Coding, type Inflated, inflate } from './inflate.ts'

/** The least that is asked for. Most uploads that are compressed inflate to more. */
const LEAST_BYTES = 65_536
/** When a body turns out to be larger than it said, it is inflated again with this many times the memory. */
const GROWTH = 4

/**
 * The same as `inflate`, but asks for memory first, step by step: for as much as the body says it inflates to, and for
 * more only if that was not true. `no-room`: the memory was refused. Inflating again costs at most a third more than
 * inflating once.
 */
export function inflateAsking(
  body: Uint8Array,
  coding: Coding | 'identity',
  limits: { readonly maxBytes: number; readonly maxFrames?: number | undefined },
  ask: Ask,
): Inflated | { readonly kind: 'no-room' } {
  const { maxBytes, maxFrames } = limits
  if (coding === 'identity') return inflate(body, coding, maxBytes, maxFrames)
  let stepBytes = Math.min(Math.max(statedBytes(body, coding), body.length, LEAST_BYTES), maxBytes)
  while (ask(stepBytes)) {
    const inflated = inflate(body, coding, stepBytes, maxFrames)
    if (inflated.kind !== 'too-large' || stepBytes === maxBytes) return inflated
    stepBytes = Math.min(stepBytes * GROWTH, maxBytes)
  }
  return { kind: 'no-room' }
}

/**
 * What a body says it inflates to, true or not; 0 if it says nothing. For several members or frames it is the size of
 * one: the last of gzip (RFC 1952, 2.3.1), the first of zstd (RFC 8878, 3.1.1.1).
 */
export function statedBytes(body: Uint8Array, coding: Coding): number {
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  if (coding === 'gzip') return body.length < 4 ? 0 : view.getUint32(body.length - 4, true)
  if (body.length < 5) return 0
  const descriptor = view.getUint8(4)
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes
  const fieldBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number
  if (body.length < at + fieldBytes) return 0
  if (fieldBytes === 1) return view.getUint8(at)
  if (fieldBytes === 2) return view.getUint16(at, true) + 256
  if (fieldBytes === 4) return view.getUint32(at, true)
  return fieldBytes === 8 ? Number(view.getBigUint64(at, true)) : 0
}
