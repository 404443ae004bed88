import { HASH_BYTES } from './content.ts'
import { PackedReader } from './packed.ts'

/** What a journal shows of itself at a glance. */
export interface JournalSummary {
  /** The highest number that was taken. */
  readonly last: number
  /** How many numbers below it were not taken. */
  readonly missing: number
  /** As in `Journal`. */
  readonly touchedMs: number
}

/** Of fewer invoices nothing can be said about a till's pace. */
const PACE_OF = 4
/** The pace is that of so many invoices at most, the latest. */
const LATEST = 16

/** Reads what `packJournal` has made, without unpacking it: a hundred thousand are looked at again and again. */
export function summaryOf(packed: string): JournalSummary {
  return readHead(new PackedReader(packed))
}

/** The longest pause between the latest invoices, in milliseconds; null if fewer than `PACE_OF` are remembered. */
export function longestPauseOf(packed: string): number | null {
  const reader = new PackedReader(packed)
  readHead(reader)
  const recent = reader.whole()
  let longestMs = 0
  for (let left = recent; left > 0; left--) {
    reader.signed()
    reader.skip(HASH_BYTES)
    reader.whole()
    const stepMs = reader.signed()
    const isPause = left < Math.min(recent, LATEST) // the first of them has no pause before it
    if (isPause) longestMs = Math.max(longestMs, stepMs)
  }
  return recent < PACE_OF ? null : longestMs
}

function readHead(reader: PackedReader): JournalSummary {
  reader.byte() // the version
  const touchedMs = reader.whole()
  reader.whole()
  let last = reader.whole()
  let missing = 0
  for (let left = reader.whole(); left > 0; left--) {
    const distance = reader.whole()
    missing += distance - 1
    last += distance + reader.whole()
  }
  return { last, missing, touchedMs }
}
