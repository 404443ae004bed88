/** What one run did with one journal, or with all of them. In lines of journals. */
export interface Tally {
  /** Sent to a gateway, each time counted. */
  sent: number
  /** Of those sent: not for the first time. */
  resent: number
  /** Of those sent, by an interrupted run too: it is not known whether they were stored, so each may have left a copy. */
  unknown: number
  stored: number
  rejected: number
}

export function newTally(): Tally {
  return { sent: 0, resent: 0, unknown: 0, stored: 0, rejected: 0 }
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = newTally()
  for (const tally of tallies) for (const name of Object.keys(sum) as (keyof Tally)[]) sum[name] += tally[name]
  return sum
}
