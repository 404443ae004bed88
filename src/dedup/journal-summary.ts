import { HASH_BYTES } from './content.ts'
import { PackedReader } from './packed.ts'

/** What a journal shows of itself at a glance. */
export interface JournalSummary {
  /** The highest number that was taken. */
  readonly last: number
  /** How many numbers below it were not taken. */
  readonly missing: number
  /** When the gateway received the invoice that was taken last; 0 if none is remembered. */
  readonly receivedAtMs: number
  /** The longest pause between the invoices that are remembered, in milliseconds; null if fewer than `PACE_OF` are. */
  readonly longestPauseMs: number | null
}

/** Of fewer invoices nothing can be said about a till's pace. */
export const PACE_OF = 4
/** The pace is that of so many invoices at most, the latest. */
const LATEST = 16

const pauses = new Float64Array(LATEST)

/** Reads what `packJournal` has made, without unpacking it: a hundred thousand are looked at again and again. */
export function summaryOf(packed: string): JournalSummary {
  const reader = new PackedReader(packed)
  reader.byte() // the version
  reader.whole()
  reader.whole()
  let last = reader.whole()
  let missing = 0
  for (let left = reader.whole(); left > 0; left--) {
    const distance = reader.whole()
    missing += distance - 1
    last += distance + reader.whole()
  }
  const recent = reader.whole()
  let receivedAtMs = 0
  for (let index = 0; index < recent; index++) {
    reader.signed()
    reader.text(HASH_BYTES)
    reader.whole()
    const stepMs = reader.signed()
    receivedAtMs += stepMs
    pauses[index % LATEST] = index === 0 ? 0 : stepMs
  }
  const known = Math.min(recent, LATEST)
  let longestMs = 0
  for (let index = 0; index < known; index++) longestMs = Math.max(longestMs, pauses[index] as number)
  return { last, missing, receivedAtMs, longestPauseMs: recent < PACE_OF ? null : longestMs }
}
