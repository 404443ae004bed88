import type { PartitionRange } from '../../kafka/read-position.ts'
import type { LogRecord } from '../../kafka/read-topic.ts'
import type { Answer } from './answers.ts'
import type { Place } from './claims.ts'
import { type Finding, type FindingKind, Findings } from './finding.ts'
import { JournalAnswers, JournalAudit } from './journal-audit.ts'
import { judgeAnswers } from './judge-answers.ts'
import { identityInHeaders, journalNameOf, sourceOf, valueAgrees } from './record-identity.ts'
import type { SequenceRanges } from './sequence-ranges.ts'

export interface AuditOptions {
  /** What is read of every partition of the topic. Receipts for records that are there but are not read are not judged. */
  readonly ranges: readonly PartitionRange[]
  /** Whether answers are given before the records of each pass that wants them. */
  readonly hasAnswers: boolean
  /** Parse every value and compare its identity with the headers'. */
  readonly verify?: boolean
  /** How many findings of a kind are kept; counts are exact. Default 1,000. */
  readonly keptFindings?: number
  /** How many claims of answers one pass holds, 56 bytes each. Default 4,000,000. */
  readonly claimsPerPass?: number
  /** How many repeated invoices one pass compares, about 100 bytes each. Default 1,000,000. */
  readonly comparedPerPass?: number
}

const EMPTY = Buffer.alloc(0)

/**
 * Decides what a log holds, and whether it is what the tills were told. It is fed and does no I/O:
 *
 * 1. *Survey*: every answer, then every record, each partition in the order of its offsets. Of each journal it keeps
 *    which numbers came, how often, and what the answers say, as ranges.
 * 2. *Comparison*, if `endPass()` wants it: the same records again (and the answers, if `wantsAnswers`). Contents are
 *    compared only of numbers that came more than once, and answers' claims are checked that did not fit in memory
 *    before. When there are many, every pass does its share: the numbers that leave one remainder.
 *
 * So memory is bounded by journals, holes and the three limits of the options, not by invoices.
 */
export class Audit {
  readonly findings: Findings
  readonly #options: AuditOptions
  readonly #journals = new Map<string, JournalAudit>()
  readonly #ranges: ReadonlyMap<number, PartitionRange>
  readonly #claimsPerPass: number
  #pass = 0
  /** Passes of comparison, known after the survey. */
  #comparisons = 0
  #claims = 0
  #areClaimsDue: boolean
  #isFull = false

  constructor(options: AuditOptions) {
    this.#options = options
    this.#ranges = new Map(options.ranges.map((range) => [range.partition, range]))
    this.findings = new Findings(options.keptFindings ?? 1_000)
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

  /** Whether the pass that begins is to be given the answers, before its records. */
  get wantsAnswers(): boolean {
    return this.#areClaimsDue
  }

  /** Takes one answer. */
  answer(answer: Answer): void {
    const { sequenceNumber, outcome, sha256 } = answer
    const journal = this.#journal(sourceOf(answer))
    const isLeftOut = answer.place !== undefined && this.#isLeftOut(answer.place)
    if (this.#pass === 0) {
      journal.answers ??= new JournalAnswers()
      const { mayBeStored, acknowledged, rejected } = journal.answers
      if (outcome === 'rejected') rejected.add(sequenceNumber)
      else mayBeStored.add(sequenceNumber)
      if (outcome === 'acknowledged' && !isLeftOut) acknowledged.add(sequenceNumber)
    }
    const place = isLeftOut ? undefined : answer.place
    // A till may correct what was refused: the bytes of a rejected attempt say nothing of the record.
    if (outcome === 'rejected' || (place === undefined && sha256 === undefined)) return
    if (this.#pass === 0 && ++this.#claims > this.#claimsPerPass) this.#dropClaims()
    if (!this.#isFull && this.#isInShare(sequenceNumber)) journal.addClaim(sequenceNumber, place, sha256)
  }

  /** Takes one record; of each partition in the order of its offsets. */
  record(record: LogRecord): void {
    const identity = identityInHeaders(record)
    const { partition, offset } = record
    if (identity === undefined) {
      if (this.#pass === 0) this.findings.note('foreign', { partition, offset })
      return
    }
    const { source, sequenceNumber } = identity
    const value = record.value ?? EMPTY
    const journal = this.#journal(source)
    const note = (kind: FindingKind) => this.#note(kind, journal, { sequenceNumber, partition, offset })
    if (this.#pass === 0) {
      if (!journal.survey(sequenceNumber, partition)) note('reordered')
      const isOfStore = record.key?.toString() === journal.name.storeId
      const isOfIdentity = !this.#options.verify || valueAgrees(record.value, journal.name, sequenceNumber)
      if (!isOfStore || !isOfIdentity) note('mismatched')
    } else if (this.#isInShare(sequenceNumber) && journal.copies.countOf(sequenceNumber) > 1) {
      const comparison = journal.compare(sequenceNumber, value)
      if (comparison !== 'first') note(comparison)
    }
    if (journal.isAltered(sequenceNumber, record, value)) note('altered')
  }

  /** Ends a pass; true when the records are needed once more. After the last one the findings are complete. */
  endPass(): boolean {
    if (this.#pass === 0) this.#endSurvey()
    for (const journal of this.#journals.values()) {
      for (const { sequenceNumber, partition, offset } of journal.claims?.unmet() ?? []) {
        // What is nowhere in the log is lost, not misplaced.
        if (journal.copies.countOf(sequenceNumber) > 0)
          this.#note('misplaced', journal, { sequenceNumber, partition, offset })
      }
      journal.endPass()
    }
    this.#areClaimsDue = this.#isFull || (this.#pass > 0 && this.#areClaimsDue)
    this.#isFull = false
    this.#pass++
    return this.#pass <= this.#comparisons
  }

  /** Repeated records whose content was never compared: they were gone when the log was read again. */
  get uncompared(): number {
    let repeated = 0
    for (const { records, copies, found } of this.#journals.values())
      repeated += records - copies.atLeast(1).count - found.duplicates - found.conflicts
    return repeated
  }

  /** What is held at this moment, for whoever bounds memory. */
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
      this.#noteRanges('gaps', journal, copies.atLeast(1).missing())
      if (this.#options.hasAnswers) this.#judge(journal)
      const partitions = partitionsOfStore.get(name.storeId) ?? new Set()
      partitionsOfStore.set(name.storeId, partitions)
      for (const partition of journal.partitions) partitions.add(partition)
    }
    for (const journal of this.#journals.values()) {
      const { size } = partitionsOfStore.get(journal.name.storeId) as Set<number>
      if (size > 1 && journal.records > 0) this.#note('scattered', journal, {})
    }
    const claimed = this.#isFull ? this.#claims / this.#claimsPerPass : 0
    this.#comparisons = Math.ceil(Math.max(claimed, repeated / (this.#options.comparedPerPass ?? 1_000_000)))
  }

  #judge(journal: JournalAudit): void {
    const broken = judgeAnswers(journal.copies, journal.answers ?? new JournalAnswers())
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

  /** There are too many claims for one pass: they are all checked later, each invoice's together. */
  #dropClaims(): void {
    if (!this.#isFull) for (const journal of this.#journals.values()) journal.claims = undefined
    this.#isFull = true
  }

  #isInShare(sequenceNumber: number): boolean {
    return this.#pass === 0 || sequenceNumber % this.#comparisons === this.#pass - 1
  }

  /** Whether a place is before, between or after what is read; one that the log does not have is not. */
  #isLeftOut({ partition, offset }: Place): boolean {
    const range = this.#ranges.get(partition)
    return range !== undefined && (offset < range.from || (offset >= range.to && offset < range.end))
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
