import { CONFLICT_HEADER } from '../../dedup/output-headers.ts'
import type { PartitionRange, Starts } from '../../kafka/read-position.ts'
import type { LogRecord } from '../../kafka/read-topic.ts'
import type { Finding, FindingKind, Findings } from './finding.ts'
import { FirstRecords } from './first-records.ts'
import { rawOffsetOf } from './raw-offset.ts'
import { identityInHeaders, journalNameOf } from './record-identity.ts'

/** Bound on the raw records of an audit that judges `.unique`: 340 MB. */
export const MOST_RAW_RECORDS = 20_000_000

/** Why a record is in `.conflicts`, and whether a raw record was found that explains it. */
interface Reported {
  readonly reason: string
  readonly finding: Finding
  isExplained: boolean
}

/** What is known of one partition: of the raw topic, and of what was made of it. */
interface Partition {
  readonly range: PartitionRange
  readonly firsts: FirstRecords
  /** By offset in the raw topic. */
  readonly reported: Map<number, Reported>
  /** The lowest and the highest raw offset in `.unique`. */
  lowest: number
  highest: number
  /** Index of the first record that should come next. */
  next: number
}

/**
 * Judges `.unique` and `.conflicts` against the raw topic: `.unique` has to have the first record of each identity, once,
 * in order, and the same; `.conflicts` all later ones with other content, and nothing else but what could not be compared.
 * It does no I/O. The caller gives it, in this order:
 *
 * 1. `first`: the first record of each identity, in the survey of the raw topic.
 * 2. `unique` and then `conflict`: the records of these topics, read after that survey.
 * 3. `repeat`: the later records, in the comparison.
 *
 * It holds 17 bytes for each first record.
 */
export class StageAudit {
  readonly #findings: Findings
  readonly #partitions: ReadonlyMap<number, Partition>
  /** Whether `.unique` begins later than at its first record, because retention has deleted some. */
  readonly #isCut: (partition: number) => boolean
  #starts: Starts = new Map()
  #waiting = 0
  #deleted = 0
  #unique = 0
  #conflicts = 0

  constructor(
    ranges: readonly PartitionRange[],
    findings: Findings,
    isCut: (partition: number) => boolean = () => false,
  ) {
    this.#findings = findings
    this.#isCut = isCut
    this.#partitions = new Map(
      ranges.map((range) => {
        const bounds = { lowest: Number.POSITIVE_INFINITY, highest: -1, next: 0 }
        return [range.partition, { range, firsts: new FirstRecords(), reported: new Map(), ...bounds }]
      }),
    )
  }

  /** How many records of `.unique` and `.conflicts` were judged, and what was not. */
  get counts(): StageCounts {
    return { unique: this.#unique, conflicts: this.#conflicts, waiting: this.#waiting, uniqueDeleted: this.#deleted }
  }

  /** Takes the first record of an identity. `mayBeLater`: an earlier one may have been deleted. */
  first(record: LogRecord, mayBeLater: boolean): void {
    this.#partitions.get(record.partition)?.firsts.add(record, mayBeLater)
  }

  unique(record: LogRecord): void {
    const partition = this.#partitions.get(record.partition)
    if (partition === undefined) return
    const rawOffset = rawOffsetOf(record)
    if (rawOffset !== undefined && !isIn(partition, rawOffset)) return
    this.#unique++
    const index = rawOffset === undefined ? -1 : partition.firsts.find(rawOffset, partition.next)
    if (rawOffset === undefined || index < 0 || !partition.firsts.see(index)) {
      this.#note('uniqueExtra', record)
      return
    }
    if (index < partition.next) this.#note('uniqueReordered', record)
    if (!partition.firsts.isSame(index, record)) this.#note('uniqueAltered', record)
    partition.next = Math.max(partition.next, index + 1)
    partition.lowest = Math.min(partition.lowest, rawOffset)
    partition.highest = Math.max(partition.highest, rawOffset)
  }

  conflict(record: LogRecord): void {
    const partition = this.#partitions.get(record.partition)
    if (partition === undefined) return
    const rawOffset = rawOffsetOf(record)
    if (rawOffset !== undefined && !isIn(partition, rawOffset)) return
    this.#conflicts++
    if (rawOffset === undefined || partition.reported.has(rawOffset)) {
      this.#note('conflictsExtra', record)
      return
    }
    const reason = String(record.headers[CONFLICT_HEADER])
    partition.reported.set(rawOffset, { reason, finding: findingOf(record), isExplained: false })
  }

  /** Takes a later record of an identity. `mayBeLater`: the first that was read of it may be a later one, too. */
  repeat(record: LogRecord, { hasSameContent, mayBeLater }: { hasSameContent: boolean; mayBeLater: boolean }): void {
    const { partition: number, offset } = record
    const partition = this.#partitions.get(number)
    if (partition === undefined) return
    const reported = partition.reported.get(offset)
    if (reported !== undefined) {
      const isOther = reported.reason === 'other-content' && !hasSameContent
      reported.isExplained = isOther || reported.reason === 'uncompared' || mayBeLater
    } else if (hasSameContent || mayBeLater) return
    else if (offset > partition.highest) this.#waiting++
    else this.#findings.note('conflictsMissing', { partition: number, offset })
  }

  /** Takes the new starts of the raw topic's partitions, after records were deleted before they were compared. */
  deleted(starts: Starts): void {
    this.#starts = starts
  }

  /** Judges what is left, when everything was taken. */
  end(): void {
    for (const [number, partition] of this.#partitions) {
      const { firsts, reported, lowest, highest } = partition
      for (const { offset, mayBeLater } of firsts.unseen()) {
        const refused = reported.get(offset)
        if (refused?.reason === 'too-many-gaps') refused.isExplained = true
        else if (mayBeLater) {
          if (refused !== undefined) refused.isExplained = true
        } else if (offset > highest) this.#waiting++
        else if (offset < lowest && this.#isCut(number)) this.#deleted++
        else this.#findings.note('uniqueMissing', { partition: number, offset })
      }
      const start = this.#starts.get(number) ?? 0
      for (const [rawOffset, { isExplained, finding }] of reported)
        if (!isExplained && rawOffset >= start) this.#findings.note('conflictsExtra', finding)
    }
  }

  #note(kind: FindingKind, record: LogRecord): void {
    this.#findings.note(kind, findingOf(record))
  }
}

/** Of the stage's topics: what was judged, what not. */
export interface StageCounts {
  readonly unique: number
  readonly conflicts: number
  /** Raw records behind the last one in `.unique`: the stage may not have read them yet. */
  readonly waiting: number
  /** Raw records before the first one in `.unique`, whose copies retention has deleted. */
  readonly uniqueDeleted: number
}

function isIn({ range }: Partition, rawOffset: number): boolean {
  return rawOffset >= range.from && rawOffset < range.to
}

/** Its journal and number, and where it is in its own topic. */
function findingOf(record: LogRecord): Finding {
  const { partition, offset } = record
  const identity = identityInHeaders(record)
  if (identity === undefined) return { partition, offset }
  return { ...journalNameOf(identity.source), sequenceNumber: identity.sequenceNumber, partition, offset }
}
