import { contentHash } from '../../dedup/content.ts'
import type { JournalName } from '../../invoice/identity.ts'
import { Claims, type Place } from './claims.ts'
import { type FindingCounts, noFindings } from './finding.ts'
import { SequenceCounts } from './sequence-counts.ts'
import { SequenceRanges } from './sequence-ranges.ts'

/** What the answers say of one journal's invoices. */
export class JournalAnswers {
  /** Answers after which a record may be in the log: acknowledged and unknown ones. */
  readonly mayBeStored = new SequenceCounts()
  /** Acknowledged, and not known to be outside what is read. */
  readonly acknowledged = new SequenceRanges()
  /** Those of them whose receipt names a place. */
  readonly placed = new SequenceRanges()
  readonly rejected = new SequenceRanges()
  /** Under these numbers, the till itself sent other content. */
  readonly otherContent = new SequenceRanges()

  /** Whether any answer is about this number. */
  isNamed(sequenceNumber: number): boolean {
    return this.mayBeStored.countOf(sequenceNumber) > 0 || this.rejected.has(sequenceNumber)
  }
}

/** How the numbers of a journal went in one partition. */
interface Course {
  /** The number of the first record that was read. */
  readonly first: number
  highest: number
}

/** What is known of one journal. It grows with the journal's holes and repetitions, not with its invoices. */
export class JournalAudit {
  readonly name: JournalName
  readonly found: FindingCounts = noFindings()
  readonly copies = new SequenceCounts()
  records = 0
  answers: JournalAnswers | undefined
  /** What the answers claim of the records: held for one pass only. */
  claims: Claims | undefined
  readonly #courses = new Map<number, Course>()
  readonly #contents = new Map<number, string>()

  constructor(name: JournalName) {
    this.name = name
  }

  get partitions(): Iterable<number> {
    return this.#courses.keys()
  }

  /** The lowest of its first numbers in each partition; infinite without a record. */
  get firstNumber(): number {
    let lowest = Number.POSITIVE_INFINITY
    for (const { first } of this.#courses.values()) lowest = Math.min(lowest, first)
    return lowest
  }

  /**
   * Takes the next record of its partition. `reordered`: the first record of its number comes after a higher number.
   * `older`: the same, but the number is below the first one that was read, so an earlier copy may stand before
   * it.
   */
  survey(sequenceNumber: number, partition: number, isReadFromStart: boolean): 'inOrder' | 'reordered' | 'older' {
    this.records++
    const isRepeated = this.copies.add(sequenceNumber) > 1
    const course = this.#courses.get(partition)
    if (course === undefined) {
      this.#courses.set(partition, { first: sequenceNumber, highest: sequenceNumber })
      return 'inOrder'
    }
    if (sequenceNumber > course.highest) course.highest = sequenceNumber
    else if (!isRepeated) return isReadFromStart || sequenceNumber > course.first ? 'reordered' : 'older'
    return 'inOrder'
  }

  /** Whether an earlier record of this number may stand before what was read of the partition. */
  mayStandBefore(sequenceNumber: number, partition: number): boolean {
    return sequenceNumber <= (this.#courses.get(partition)?.first ?? Number.POSITIVE_INFINITY)
  }

  /** Compares a record whose number came more than once with the first one that was compared. */
  compare(sequenceNumber: number, value: Buffer): 'first' | 'duplicates' | 'conflicts' | 'tillConflicts' {
    const content = contentHash(value)
    const first = this.#contents.get(sequenceNumber)
    if (first === undefined) {
      this.#contents.set(sequenceNumber, content)
      return 'first'
    }
    if (first === content) return 'duplicates'
    return this.answers?.otherContent.has(sequenceNumber) ? 'tillConflicts' : 'conflicts'
  }

  /** Whether the record has other bytes than were sent. Marks the claims that name its place as met. */
  isAltered(sequenceNumber: number, place: Place, value: Buffer): boolean {
    return this.claims?.check(sequenceNumber, place, value) === false
  }

  addClaim(sequenceNumber: number, place: Place | undefined, sha256: Buffer | undefined): void {
    this.claims ??= new Claims()
    this.claims.add({ sequenceNumber, place, sha256 })
  }

  /** Frees what only one pass needs. */
  endPass(): void {
    this.claims = undefined
    this.#contents.clear()
  }
}
