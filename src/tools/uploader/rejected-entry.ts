import { isUtf8 } from 'node:buffer'
import type { ProblemDocument } from './gateway-answer.ts'
import type { JournalLine } from './read-lines.ts'

/** Why a line was never sent. */
export const TOO_LONG_LINE = { title: 'The line is too long for a request; it was not sent' }

/** How each entry starts. */
export const REJECTED_BEGINNING = '{"line":'

/**
 * A line for the file of rejected invoices: its place in the journal, the answer, and its bytes as `text`, or as
 * `base64` if they are not UTF-8. A line that was too long to hold has no bytes.
 */
export function rejectedEntry(line: JournalLine, status: number | null, problem: ProblemDocument | undefined): string {
  const { number, start, end, bytes } = line
  const place = { line: number, offset: start, bytes: end - start }
  return JSON.stringify({ ...place, status, problem, ...content(bytes) })
}

function content(bytes: Buffer | null) {
  if (bytes === null) return {}
  return isUtf8(bytes) ? { text: bytes.toString() } : { base64: bytes.toString('base64') }
}
