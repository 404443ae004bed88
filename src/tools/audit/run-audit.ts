import type { PartitionRange } from '../../kafka/read-position.ts'
import type { LogRecord } from '../../kafka/read-topic.ts'
import { readAnswers } from './answers.ts'
import { Audit } from './audit.ts'
import { type AuditReport, reportOf } from './report.ts'

/** What is audited, and how. */
export interface AuditRun {
  readonly ranges: readonly PartitionRange[]
  /** Reads the ranges from beginning to end, each partition in the order of its offsets. Called once a pass. */
  readonly read: (onRecord: (record: LogRecord) => void, pass: number) => Promise<void>
  /** Opens the answers (NDJSON) from the beginning; without it the log alone is judged. */
  readonly openAnswers?: (() => AsyncIterable<Buffer | string>) | undefined
  readonly verify?: boolean
  readonly strict?: boolean
}

/**
 * Audits a log: reads it once, and again while anything is undecided. Rejects with what reading rejects with, with
 * `AnswersError`, and when records were deleted before their content could be compared.
 */
export async function runAudit(run: AuditRun): Promise<AuditReport> {
  const { ranges, read, openAnswers, verify = false, strict = false } = run
  const hasAnswers = openAnswers !== undefined
  const audit = new Audit({ ranges, hasAnswers, verify })
  do {
    if (audit.wantsAnswers && openAnswers) for await (const answer of readAnswers(openAnswers())) audit.answer(answer)
    await read((record) => audit.record(record), audit.passes + 1)
  } while (audit.endPass())
  if (audit.uncompared > 0)
    throw new Error(
      `${audit.uncompared} repeated records were deleted before they could be compared; audit again, or a later range`,
    )
  return reportOf(audit, { ranges, hasAnswers, strict })
}
