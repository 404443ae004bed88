import type { JournalAnswers } from './journal-audit.ts'
import type { SequenceCounts } from './sequence-counts.ts'
import type { SequenceRanges } from './sequence-ranges.ts'

/** The numbers of a journal whose records are not what the answers allow. */
export interface BrokenAnswers {
  /** Acknowledged, but not in the log. */
  readonly lost: SequenceRanges
  /** Acknowledged, but without a place, and maybe before what was read. Not judged. */
  readonly unplaced: SequenceRanges
  /** In the log, although every answer was `rejected`. */
  readonly falselyRejected: SequenceRanges
  /** In the log, but no answer names it. */
  readonly unexpected: SequenceRanges
  /** Copies after the first that no attempt of the till accounts for; one set for each copy too many. */
  readonly excess: readonly SequenceRanges[]
}

/**
 * Compares how often each number is in the log with what the till was told. An attempt leaves at most one copy. Numbers
 * below `floor` may stand before what was read.
 */
export function judgeAnswers(copies: SequenceCounts, answers: JournalAnswers, floor: number): BrokenAnswers {
  const { mayBeStored, acknowledged, placed, rejected } = answers
  const seen = copies.atLeast(1)
  const allowed = mayBeStored.atLeast(1)
  const excess: SequenceRanges[] = []
  for (let times = 2; times <= copies.most; times++)
    excess.push(copies.atLeast(times).within(allowed).without(mayBeStored.atLeast(times)))
  const missing = acknowledged.without(seen)
  const unplaced = missing.without(placed).below(floor)
  return {
    lost: missing.without(unplaced),
    unplaced,
    falselyRejected: seen.within(rejected.without(allowed)),
    unexpected: seen.without(allowed).without(rejected),
    excess,
  }
}
