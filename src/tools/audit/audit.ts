import type { Starts } from '../../kafka/read-position.ts'
import type { LogRecord } from '../../kafka/read-topic.ts'
import type { Answer } from './answers.ts'
import type { AuditOptions } from './audit-options.ts'
import { AuditedRanges } from './audited-ranges.ts'
import type { Place } from './claims.ts'
import { type Finding, type FindingKind, Findings } from './finding.ts'
import { JournalAnswers, JournalAudit } from './journal-audit.ts'
import { judgeAnswers } from './judge-answers.ts'
import { type NotJudgedCounts, nothingNotJudged } from './not-judged.ts'
import { identityInHeaders, journalNameOf, type RecordIdentity, sourceOf, valueAgrees } from './record-identity.ts'
import type { SequenceRanges } from './sequence-ranges.ts'
import type { StageAudit } from './stage-audit.ts'

const NO_STAGE = { waiting: 0, uniqueDeleted: 0 }

/**
 * Judges what a log holds, and whether it is what the tills were told. The caller feeds it; it does no I/O:
 *
 * 1. *Survey*: every answer, then every record, each partition in the order of its offsets. For each journal it keeps,
 *    as ranges, which numbers came, how often, and what the answers say.
 * 2. *Comparison*, if `endPass()` asks for it: the same records again (and the answers, if `wantsAnswers`). It compares
 *    the contents of numbers that came more than once, and checks the claims of answers that did not fit in memory. If
 *    there are many, each pass does its share: the numbers with one remainder.
 *
 * So memory is bounded by journals, holes and the three limits of the options, not by invoices; but judging `.unique` takes
 * 17 bytes for each invoice.
 */
export class Audit {
  readonly findings: Findings
  /** Takes the records of `.unique` and `.conflicts`, between the survey and its `endPass`. */
  readonly stage: StageAudit | undefined
  readonly #options: AuditOptions
  readonly #journals = new Map<string, JournalAudit>()
  readonly #ranges: AuditedRanges
  readonly #claimsPerPass: number
  #pass = 0
  /** Passes of comparison, known after the survey. */
  #comparisons = 0
  #claims = 0
  #areClaimsDue: boolean
  #isFull = false
  readonly #notJudged = nothingNotJudged()
  readonly #wanted = new Map<string, boolean>()
  #starts: Starts = new Map()

  constructor(options: AuditOptions) {
    this.#options = options
    this.#ranges = new AuditedRanges(options.ranges, options.partitionOf)
    this.findings = new Findings(options.keptFindings ?? 1_000)
    this.stage = options.makeStage?.(this.findings)
    this.#claimsPerPass = options.claimsPerPass ?? 4_000_000
    this.#areClaimsDue = options.hasAnswers
  }

  get journals(): Iterable<JournalAudit> {
    return this.#journals.values()
  }

  /** How many times the log was read. */
  get passes(): number {
    return this.#pass
  }

  /** Whether the next pass needs the answers, before its records. */
  get wantsAnswers(): boolean {
    return this.#areClaimsDue
  }

  /** Takes one answer. */
  answer(answer: Answer): void {
    const { sequenceNumber, outcome, sha256, isOtherContent } = answer
    const source = sourceOf(answer)
    if (!this.#isJournalWanted(source)) return
    const journal = this.#journal(source)
    const leftOut = answer.place && this.#ranges.whyLeftOut(answer.place)
    const place = leftOut === undefined ? answer.place : undefined
    if (this.#pass === 0) {
      journal.answers ??= new JournalAnswers()
      const { mayBeStored, acknowledged, placed, rejected, otherContent } = journal.answers
      if (isOtherContent) otherContent.add(sequenceNumber)
      if (outcome === 'rejected') rejected.add(sequenceNumber)
      else mayBeStored.add(sequenceNumber)
      if (leftOut !== undefined) this.#notJudged[leftOut]++
      else if (outcome === 'acknowledged') acknowledged.add(sequenceNumber)
      if (place !== undefined) placed.add(sequenceNumber)
    }
    // A till may correct what was refused: the bytes of a rejected attempt say nothing about the record.
    if (outcome === 'rejected' || (place === undefined && sha256 === undefined)) return
    if (this.#pass === 0 && ++this.#claims > this.#claimsPerPass) this.#dropClaims()
    if (!this.#isFull && this.#isInShare(sequenceNumber)) journal.addClaim(sequenceNumber, place, sha256)
  }

  /** Takes one record. Those of each partition must come in the order of their offsets. */
  record(record: LogRecord): void {
    const identity = identityInHeaders(record)
    const { partition, offset, value } = record
    if (identity === undefined) {
      if (this.#pass === 0) this.findings.note('foreign', { partition, offset })
      return
    }
    if (!this.#isWanted(identity)) {
      if (this.#pass === 0) this.#notJudged.unwanted++
      return
    }
    const { source, sequenceNumber } = identity
    if (value === null) {
      const named = { ...journalNameOf(source), sequenceNumber }
      if (this.#pass === 0) this.findings.note('tombstones', { ...named, partition, offset })
      return
    }
    const journal = this.#journal(source)
    const note = (kind: FindingKind) => this.#note(kind, journal, { sequenceNumber, partition, offset })
    if (this.#pass === 0) {
      const isReadFromStart = this.#ranges.isReadFromStart(partition)
      const order = journal.survey(sequenceNumber, partition, isReadFromStart)
      if (journal.copies.countOf(sequenceNumber) === 1)
        this.stage?.first(record, this.#mayBeLater(journal, record, sequenceNumber))
      if (order === 'reordered') note('reordered')
      if (order === 'older') this.#notJudged.older++
      const isOfStore = record.key?.toString() === journal.name.storeId
      const isOfIdentity = !this.#options.verify || valueAgrees(value, journal.name, sequenceNumber)
      if (!isOfStore || !isOfIdentity) note('mismatched')
    } else if (this.#isInShare(sequenceNumber) && journal.copies.countOf(sequenceNumber) > 1) {
      const comparison = journal.compare(sequenceNumber, value)
      if (comparison !== 'first') {
        note(comparison)
        const mayBeLater = this.#mayBeLater(journal, record, sequenceNumber)
        this.stage?.repeat(record, { hasSameContent: comparison === 'duplicates', mayBeLater })
      }
    }
    if (journal.isAltered(sequenceNumber, record, value)) note('altered')
  }

  /** Ends a pass. True if the records are needed once more; otherwise the findings are complete. */
  endPass(): boolean {
    if (this.#pass === 0) this.#endSurvey()
    for (const journal of this.#journals.values()) {
      for (const { sequenceNumber, place } of journal.claims?.unmet() ?? []) {
        if (journal.copies.countOf(sequenceNumber) === 0) continue // it is lost, not misplaced
        if (place === undefined || this.#isGone(place)) this.#notJudged.unchecked++
        else this.#note('misplaced', journal, { sequenceNumber, ...place })
      }
      journal.endPass()
    }
    this.#areClaimsDue = this.#isFull || (this.#pass > 0 && this.#areClaimsDue)
    this.#isFull = false
    this.#pass++
    const isComplete = this.#pass > this.#comparisons
    if (isComplete) this.stage?.end()
    return !isComplete
  }

  /** Takes the new starts of the partitions, after records were deleted before they were read again. */
  deleted(starts: Starts): void {
    this.#starts = starts
    this.stage?.deleted(starts)
  }

  /** How much was not judged, by reason. */
  get notJudged(): NotJudgedCounts {
    let uncompared = 0
    for (const { records, copies, found } of this.#journals.values())
      uncompared += records - copies.atLeast(1).count - found.duplicates - found.conflicts - found.tillConflicts
    const { waiting, uniqueDeleted } = this.stage?.counts ?? NO_STAGE
    return { ...this.#notJudged, uncompared, waiting, uniqueDeleted }
  }

  /** What is held in memory now. */
  get held(): { journals: number; ranges: number } {
    let ranges = 0
    for (const { copies } of this.#journals.values()) ranges += copies.rangeCount
    return { journals: this.#journals.size, ranges }
  }

  #endSurvey(): void {
    const partitionsOfStore = new Map<string, Set<number>>()
    let repeated = 0
    for (const journal of this.#journals.values()) {
      const { copies, name } = journal
      repeated += copies.atLeast(2).count
      const floor = this.#floorOf(journal)
      const missing = copies.atLeast(1).missing()
      this.#noteRanges('gaps', journal, missing.without(missing.below(floor)))
      if (this.#options.hasAnswers) this.#judge(journal, floor)
      const partitions = partitionsOfStore.get(name.storeId) ?? new Set()
      partitionsOfStore.set(name.storeId, partitions)
      for (const partition of journal.partitions) partitions.add(partition)
    }
    for (const journal of this.#journals.values()) {
      const { storeId } = journal.name
      const partitions = partitionsOfStore.get(storeId) as Set<number>
      const [partition] = partitions
      if (journal.records === 0 || partition === undefined) continue
      if (partitions.size > 1) this.#note('scattered', journal, {})
      else if (partition !== (this.#ranges.partitionOf(storeId) ?? partition))
        this.#note('misrouted', journal, { partition })
    }
    const claimed = this.#isFull ? this.#claims / this.#claimsPerPass : 0
    this.#comparisons = Math.ceil(Math.max(claimed, repeated / (this.#options.comparedPerPass ?? 1_000_000)))
  }

  #judge(journal: JournalAudit, floor: number): void {
    const broken = judgeAnswers(journal.copies, journal.answers ?? new JournalAnswers(), floor)
    this.#notJudged.unplaced += broken.unplaced.count
    this.#noteRanges('lost', journal, broken.lost)
    this.#noteRanges('falselyRejected', journal, broken.falselyRejected)
    this.#noteRanges('unexpected', journal, broken.unexpected)
    for (const copies of broken.excess) this.#noteRanges('excess', journal, copies)
  }

  #note(kind: FindingKind, journal: JournalAudit, finding: Finding): void {
    const before = this.findings.counts[kind]
    this.findings.note(kind, { ...journal.name, ...finding })
    journal.found[kind] += this.findings.counts[kind] - before
  }

  #noteRanges(kind: FindingKind, journal: JournalAudit, ranges: SequenceRanges): void {
    for (const [sequenceNumber, through] of ranges) this.#note(kind, journal, { sequenceNumber, through })
  }

  /** There are too many claims for one pass. All are checked in later passes, those of one invoice together. */
  #dropClaims(): void {
    if (!this.#isFull) for (const journal of this.#journals.values()) journal.claims = undefined
    this.#isFull = true
  }

  /** Whether an earlier record of the number may stand before what is read. */
  #mayBeLater(journal: JournalAudit, { partition }: LogRecord, sequenceNumber: number): boolean {
    return !this.#ranges.isReadFromStart(partition) && journal.mayStandBefore(sequenceNumber, partition)
  }

  #isInShare(sequenceNumber: number): boolean {
    return this.#pass === 0 || sequenceNumber % this.#comparisons === this.#pass - 1
  }

  /** Whether a record was deleted after the survey read it. */
  #isGone({ partition, offset }: Place): boolean {
    return offset < (this.#starts.get(partition) ?? 0)
  }

  /** Numbers of the journal below this one may stand before what is read; 0 if none can. */
  #floorOf(journal: JournalAudit): number {
    const partitions = journal.records > 0 ? [...journal.partitions] : this.#ranges.partitionsOf(journal.name.storeId)
    return partitions.every((partition) => this.#ranges.isReadFromStart(partition)) ? 0 : journal.firstNumber
  }

  #isWanted({ source, sequenceNumber }: RecordIdentity): boolean {
    if (!this.#isJournalWanted(source)) return false
    return !this.#options.namedOnly || this.#journals.get(source)?.answers?.isNamed(sequenceNumber) === true
  }

  #isJournalWanted(source: string): boolean {
    const { isWanted } = this.#options
    if (isWanted === undefined) return true
    const known = this.#wanted.get(source) ?? isWanted(journalNameOf(source))
    this.#wanted.set(source, known)
    return known
  }

  #journal(source: string): JournalAudit {
    let journal = this.#journals.get(source)
    if (journal === undefined) {
      journal = new JournalAudit(journalNameOf(source))
      this.#journals.set(source, journal)
    }
    return journal
  }
}
