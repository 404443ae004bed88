import { stat } from 'node:fs/promises'
import type { Tally } from './tally.ts'

/**
 * How the upload of a journal ended. `finished`: every line of it is stored or rejected. `given-up`: it got nowhere.
 * `refused`: the server takes no such request. `unreadable`: the journal, from some line on. `cut-off`: all but the last
 * line was sent, and that one has no end yet. `unwritable`: what became of it could not be written to `file`.
 * `unusable`: nothing of it was sent.
 */
export type End =
  | { readonly kind: 'finished' | 'interrupted' }
  | { readonly kind: 'given-up' | 'refused' | 'unreadable' | 'cut-off' | 'unusable'; readonly reason: string }
  | { readonly kind: 'unwritable'; readonly reason: string; readonly file: string }

/** What became of one journal. */
export interface FileReport {
  readonly file: string
  readonly end: End
  /** Of this run. */
  readonly tally: Readonly<Tally>
  /** Of all runs. */
  readonly total: Pick<Tally, 'stored' | 'rejected'>
  /** The number of the first line that is not done; behind the last one, when all are. */
  readonly nextLine: number
  /** Invoices that were rejected still stand in the file beside it. Whoever has dealt with them takes it away. */
  readonly isQuarantined: boolean
}

/** Whether any of these stand in the file of what was rejected. */
export async function isQuarantined(rejectedFile: string, { rejected }: Pick<Tally, 'rejected'>): Promise<boolean> {
  if (rejected === 0) return false
  const found = await stat(rejectedFile).catch(() => undefined)
  return found !== undefined && found.size > 0
}
