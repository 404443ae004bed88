import { longestPauseOf } from '../dedup/journal-summary.ts'

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

/** Whether a till sends as it mostly does. `packed`: its journal, which was touched at `touchedMs`. */
export function paceOf(packed: string, touchedMs: number, nowMs: number, { silentAfterMs }: SilenceRules): Pace {
  const pauseMs = nowMs - touchedMs
  if (pauseMs >= OUT_OF_USE_MS) return 'unused'
  if (pauseMs < silentAfterMs) return 'sending'
  const longestMs = longestPauseOf(packed)
  return longestMs !== null && pauseMs >= TIMES_LONGEST * longestMs ? 'silent' : 'sending'
}
