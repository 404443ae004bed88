import { cachedPartitionOf } from '../../invoice/partition.ts'
import type { PartitionRange, Starts } from '../../kafka/read-position.ts'
import type { LogRecord } from '../../kafka/read-topic.ts'
import { readAnswers } from './answers.ts'
import { Audit } from './audit.ts'
import type { AuditOptions } from './audit-options.ts'
import type { Findings } from './finding.ts'
import { type AuditReport, type DeletedRange, reportOf } from './report.ts'
import { StageAudit } from './stage-audit.ts'

/** One reading of the log. */
export interface AuditPass {
  /** Counted from 1. */
  readonly number: number
  readonly ranges: readonly PartitionRange[]
  /** The number of partitions that the gateways were configured with; that of the topic, unless it was changed. */
  readonly gatewayPartitions?: number | undefined
  /** Takes each record of the ranges, each partition in the order of its offsets. */
  readonly onRecord: (record: LogRecord) => void
  /** Takes where the partitions start, when records were deleted before they could be read. May throw. */
  readonly onDeleted: (starts: Starts) => void
}

/** What is audited, and how. */
export interface AuditRun extends Pick<AuditOptions, 'verify' | 'isWanted' | 'namedOnly'> {
  /** Of every partition of the topic; empty for a partition that is not to be read. */
  readonly ranges: readonly PartitionRange[]
  /** The number of partitions that the gateways were configured with; that of the topic, unless it was changed. */
  readonly gatewayPartitions?: number | undefined
  /** Reads the log from beginning to end, and rejects with what `onRecord` and `onDeleted` throw. */
  readonly read: (pass: AuditPass) => Promise<void>
  /** Reads `.unique` and `.conflicts`; without it they are not judged. */
  readonly stage?: StageReading | undefined
  /** Opens the answers (NDJSON) from the beginning; without it the log alone is judged. */
  readonly openAnswers?: (() => AsyncIterable<Buffer | string>) | undefined
  readonly strict?: boolean
}

/** How to read a topic as it is now, each partition in the order of its offsets. Resolves with what was read. */
type ReadNow = (onRecord: (record: LogRecord) => void) => Promise<readonly PartitionRange[]>

/** How to read the topics that were made of the raw one. */
export interface StageReading {
  readonly readUnique: ReadNow
  readonly readConflicts: ReadNow
}

/** How often a survey is tried while records are deleted before it can read them. */
const MOST_SURVEYS = 5

/** Ends a survey that has a hole. */
class DeletedInSurvey extends Error {
  readonly starts: Starts

  constructor(starts: Starts) {
    super('records are deleted faster than they can be read: audit a later range')
    this.starts = starts
  }
}

/**
 * Audits a log: reads it once, and again while anything is undecided. If records are deleted before the first pass has
 * read them, it begins again with what is left. If that happens in a later pass, it counts what it could not compare.
 * The report says what was judged and what was not. Rejects with the errors of reading, with `AnswersError`, and when
 * records are deleted again and again before they can be read.
 */
export async function runAudit(run: AuditRun): Promise<AuditReport> {
  let { ranges } = run
  for (let survey = 1; ; survey++) {
    try {
      return await auditRanges(run, ranges)
    } catch (error) {
      if (!(error instanceof DeletedInSurvey) || survey === MOST_SURVEYS) throw error
      ranges = ranges.map((range) => startedAt(range, error.starts.get(range.partition) ?? 0))
    }
  }
}

async function auditRanges(run: AuditRun, ranges: readonly PartitionRange[]): Promise<AuditReport> {
  const { read, openAnswers, stage, strict = false, gatewayPartitions = ranges.length } = run
  const [hasAnswers, hasUnique] = [openAnswers !== undefined, stage !== undefined]
  const partitionOf = cachedPartitionOf(gatewayPartitions)
  let uniqueRanges: readonly PartitionRange[] = []
  const isCut = (partition: number) => uniqueRanges.some((range) => range.partition === partition && range.from > 0)
  const makeStage = stage && ((findings: Findings) => new StageAudit(ranges, findings, isCut))
  const audit = new Audit({ ...run, ranges, hasAnswers, partitionOf, makeStage })
  do {
    if (audit.wantsAnswers && openAnswers) for await (const answer of readAnswers(openAnswers())) audit.answer(answer)
    await read({
      number: audit.passes + 1,
      ranges,
      onRecord: (record) => audit.record(record),
      onDeleted: (starts) => {
        if (audit.passes === 0) throw new DeletedInSurvey(starts)
        audit.deleted(starts)
      },
    })
    if (audit.passes === 0 && stage !== undefined) {
      uniqueRanges = await stage.readUnique((record) => audit.stage?.unique(record))
      await stage.readConflicts((record) => audit.stage?.conflict(record))
    }
  } while (audit.endPass())
  return reportOf(audit, { ranges, hasAnswers, hasUnique, strict }, deletedBetween(run.ranges, ranges))
}

/** What is left of a range when its partition starts at `start`. */
function startedAt(range: PartitionRange, start: number): PartitionRange {
  const from = Math.min(Math.max(range.from, start), range.to)
  return { ...range, start: Math.max(range.start, start), from }
}

function deletedBetween(before: readonly PartitionRange[], after: readonly PartitionRange[]): DeletedRange[] {
  return before.flatMap(({ partition, from }, index) => {
    const to = after[index]?.from ?? from
    return to > from ? [{ partition, from, to }] : []
  })
}
