import type { NumberRange } from '../dedup/journal.ts'
import type { JournalName } from '../invoice/identity.ts'

/** What an instance knows of a journal. It is never ahead of Kafka, but may be behind. */
export type JournalState =
  /** Every number from 1 to `through` was taken, and those in `ahead`: rising ranges beyond it, with gaps between them. */
  | { readonly kind: 'known'; readonly through: number; readonly ahead: readonly NumberRange[] }
  /** `.journals` was read to its end, and has nothing of the journal. */
  | { readonly kind: 'new' }
  /**
   * `off`: this instance does not read `.journals`. `reading`: it has not read it to its end yet. `no-room`: its memory
   * does not hold all journals, and not this one.
   */
  | { readonly kind: 'unavailable'; readonly reason: 'off' | 'reading' | 'no-room' }

/** Answers at once, from memory. Never throws. */
export type JournalStateOf = (journal: JournalName) => JournalState
