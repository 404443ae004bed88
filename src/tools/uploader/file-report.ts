import { stat } from 'node:fs/promises'
import type { Tally } from './tally.ts'

/**
 * How the upload of a journal ended. `finished`: every line is stored or rejected. `given-up`: it made no progress for
 * too long. `refused`: the server does not accept such requests. `unreadable`: the journal could not be read to its
 * end. `cut-off`: all lines were sent but the last, which is incomplete. `unwritable`: results could not be written to
 * `file`. `unusable`: nothing was sent.
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
  /** The number of the first line that is not done; when all are, one more than the last. */
  readonly nextLine: number
  /** The file beside it still holds rejected invoices. A person removes that file after dealing with them. */
  readonly isQuarantined: boolean
}

/** Whether invoices were rejected and their file still holds some. */
export async function isQuarantined(rejectedFile: string, { rejected }: Pick<Tally, 'rejected'>): Promise<boolean> {
  if (rejected === 0) return false
  const found = await stat(rejectedFile).catch(() => undefined)
  return found !== undefined && found.size > 0
}
