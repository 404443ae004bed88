import type { JournalName } from '../../invoice/identity.ts'

/** Everything an audit can find, the worst first. docs/audit.md says what each means. */
export const FINDING_KINDS = [
  'lost',
  'misplaced',
  'falselyRejected',
  'excess',
  'altered',
  'unexpected',
  'uniqueMissing',
  'uniqueExtra',
  'uniqueAltered',
  'uniqueReordered',
  'conflictsMissing',
  'conflictsExtra',
  'conflicts',
  'reordered',
  'scattered',
  'misrouted',
  'mismatched',
  'gaps',
  'tillConflicts',
  'duplicates',
  'tombstones',
  'foreign',
] as const

export type FindingKind = (typeof FINDING_KINDS)[number]

/** One finding, with its journal, number and place, if it has them. */
export interface Finding extends Partial<JournalName> {
  readonly sequenceNumber?: number
  /** The last number, where the finding is a range of numbers. */
  readonly through?: number
  readonly partition?: number
  readonly offset?: number
}

export type FindingCounts = Record<FindingKind, number>

export function noFindings(): FindingCounts {
  return Object.fromEntries(FINDING_KINDS.map((kind) => [kind, 0])) as FindingCounts
}

/** What was found: exact counts, and the first findings of each kind. */
export class Findings {
  readonly counts: FindingCounts = noFindings()
  readonly kept: Record<FindingKind, Finding[]>
  readonly #keepAtMost: number

  constructor(keepAtMost: number) {
    this.#keepAtMost = keepAtMost
    this.kept = Object.fromEntries(FINDING_KINDS.map((kind) => [kind, []])) as unknown as typeof this.kept
  }

  note(kind: FindingKind, finding: Finding): void {
    const { sequenceNumber = 0, through = sequenceNumber } = finding
    this.counts[kind] += through - sequenceNumber + 1
    if (this.kept[kind].length < this.#keepAtMost) this.kept[kind].push(finding)
  }
}

/** What an audit was given, and how strict it is. */
export interface Judged {
  readonly hasAnswers: boolean
  /** Whether `.unique` and `.conflicts` were judged. */
  readonly hasUnique: boolean
  readonly strict: boolean
}

/** The kinds of findings that break the promise. */
export function breakingKinds({ hasAnswers, hasUnique, strict }: Judged): FindingKind[] {
  if (strict) return [...FINDING_KINDS]
  // With answers, `lost` says which of the missing numbers were acknowledged.
  const answered: FindingKind[] = hasAnswers ? ['gaps'] : []
  // Readers of `.unique` do not see conflicts: they are told apart, and each is in `.conflicts`.
  const toldApart: FindingKind[] = hasUnique ? ['conflicts'] : []
  const harmless: FindingKind[] = ['tillConflicts', 'duplicates', 'tombstones', 'foreign', ...answered, ...toldApart]
  return FINDING_KINDS.filter((kind) => !harmless.includes(kind))
}
