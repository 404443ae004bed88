import { inflate } from '../../src/uploads/inflate.ts'
import { type Parcel, ParcelWriter } from '../../src/uploads/parcel.ts'
import type { Packet } from './packet.ts'

/** Bounds of one packet. */
export interface TickLimits {
  /** Inflated. */
  readonly maxBytes: number
  readonly maxTicks: number
}

/**
 * The result of reading a packet. In the parcel's items, `kind` is the length of the symbol and `note` the tick's
 * identity. `tick`: the number of the first wrong tick, from 1. One wrong tick makes the whole packet wrong.
 */
export type TicksRead =
  | { readonly kind: 'parcel'; readonly parcel: Parcel }
  | { readonly kind: 'damaged' | 'too-large' | 'too-many' | 'empty' }
  | { readonly kind: 'malformed' | 'out-of-order'; readonly tick: number }

/** See packet.ts. */
const TICK = /([A-Z0-9.]{1,12}),([1-9]\d{0,14}),[1-9]\d{15},(?:0|-?[1-9]\d{0,14}),[1-9]\d{0,11}\n/y

/** Returns the function that inflates, splits and validates a packet: everything before it is published. */
export function createReadTicks({ maxBytes, maxTicks }: TickLimits): (packet: Packet) => TicksRead {
  return ({ body, coding }) => {
    const inflated = inflate(body, coding, maxBytes)
    if (inflated.kind !== 'bytes') return inflated
    const { bytes } = inflated
    const text = bytes.toString('latin1') // one character a byte
    const parcel = new ParcelWriter(bytes as Uint8Array<ArrayBuffer>)
    const latest = new Map<string, number>()
    for (let start = 0, tick = 1; start < text.length; start = TICK.lastIndex, tick++) {
      if (tick > maxTicks) return { kind: 'too-many' }
      TICK.lastIndex = start
      const found = TICK.exec(text)
      if (found === null) return { kind: 'malformed', tick }
      const [, symbol, digits] = found as unknown as [string, string, string]
      const sequence = Number(digits)
      if (sequence <= (latest.get(symbol) ?? 0)) return { kind: 'out-of-order', tick }
      latest.set(symbol, sequence)
      parcel.add(symbol.length, start, TICK.lastIndex - 1, `${symbol}/${digits}`)
    }
    return latest.size === 0 ? { kind: 'empty' } : { kind: 'parcel', parcel: parcel.finish() }
  }
}
