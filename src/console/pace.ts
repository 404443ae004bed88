import type { JournalSummary } from '../dedup/journal-summary.ts'

export interface SilenceRules {
  /** Nobody is silent before this. */
  readonly silentAfterMs: number
}

/** A pause is long when it is so many times the longest of a till's latest invoices. */
const TIMES_LONGEST = 3
/** After a day a till counts as out of use, not as silent. */
export const OUT_OF_USE_MS = 24 * 3_600_000

/**
 * - `silent`: no invoice for longer than its own pace explains.
 * - `unused`: none for a day.
 * - `sending`: all others, also those of which too few invoices are known.
 */
export type Pace = 'sending' | 'silent' | 'unused'

/** Whether a till sends as it mostly does. */
export function paceOf({ receivedAtMs, longestPauseMs }: JournalSummary, nowMs: number, rules: SilenceRules): Pace {
  const pauseMs = nowMs - receivedAtMs
  if (pauseMs >= OUT_OF_USE_MS) return 'unused'
  if (longestPauseMs === null) return 'sending'
  return pauseMs >= Math.max(rules.silentAfterMs, TIMES_LONGEST * longestPauseMs) ? 'silent' : 'sending'
}
