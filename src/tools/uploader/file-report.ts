import { createReadStream } from 'node:fs'
import type { Tally } from './tally.ts'

/**
 * How the upload of a journal ended. `finished`: every line is stored, rejected or skipped. `given-up`: it made no progress for
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
  readonly total: Pick<Tally, 'stored' | 'rejected' | 'skipped'>
  /** The number of the first line that is not done; when all are, one more than the last. */
  readonly nextLine: number
  /** How many rejected invoices the file beside it still holds. A person removes that file after dealing with them. */
  readonly quarantined: number
}

const LF = 0x0a

/** How many rejected invoices their file still holds. If it cannot be read, all that were rejected. */
export async function quarantinedIn(rejectedFile: string, { rejected }: Pick<Tally, 'rejected'>): Promise<number> {
  if (rejected === 0) return 0
  let lines = 0
  let last: number | undefined
  try {
    for await (const chunk of createReadStream(rejectedFile) as AsyncIterable<Buffer>) {
      for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, at + 1)) lines++
      last = chunk.at(-1)
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 0 : rejected
  }
  return last === undefined || last === LF ? lines : lines + 1
}
