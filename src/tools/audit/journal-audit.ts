import { hash } from 'node:crypto'
import { Claims, type Place } from './claims.ts'
import { type FindingCounts, type JournalName, noFindings } from './finding.ts'
import { SequenceCounts } from './sequence-counts.ts'
import { SequenceRanges } from './sequence-ranges.ts'

/** What the answers say of one journal's invoices. */
export class JournalAnswers {
  /** Answers after which a record may be in the log: acknowledged and unknown ones. */
  readonly mayBeStored = new SequenceCounts()
  /** Acknowledged, and not known to be outside of what is read. */
  readonly acknowledged = new SequenceRanges()
  readonly rejected = new SequenceRanges()
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
  readonly #highest = new Map<number, number>()
  readonly #contents = new Map<number, string>()

  constructor(name: JournalName) {
    this.name = name
  }

  get partitions(): Iterable<number> {
    return this.#highest.keys()
  }

  /** Takes the next record of its partition. False when its number first comes after a higher one: out of order. */
  survey(sequenceNumber: number, partition: number): boolean {
    this.records++
    const highest = this.#highest.get(partition) ?? 0
    if (sequenceNumber > highest) this.#highest.set(partition, sequenceNumber)
    return this.copies.add(sequenceNumber) > 1 || sequenceNumber > highest
  }

  /** What a record is whose number came more than once: the first that is compared, or how it differs from that. */
  compare(sequenceNumber: number, value: Buffer): 'first' | 'duplicates' | 'conflicts' {
    const content = hash('sha256', value, 'base64url')
    const first = this.#contents.get(sequenceNumber)
    if (first === undefined) {
      this.#contents.set(sequenceNumber, content)
      return 'first'
    }
    return first === content ? 'duplicates' : 'conflicts'
  }

  /** Whether the record contradicts what was sent; meets the claim that names its place. */
  isAltered(sequenceNumber: number, place: Place, value: Buffer): boolean {
    return this.claims?.check(sequenceNumber, place, value) === false
  }

  addClaim(sequenceNumber: number, place: Place | undefined, sha256: Buffer | undefined): void {
    this.claims ??= new Claims()
    this.claims.add({ sequenceNumber, place, sha256 })
  }

  /** Lets go of what only one pass needs. */
  endPass(): void {
    this.claims = undefined
    this.#contents.clear()
  }
}
