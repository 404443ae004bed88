/** What one run did with one journal, or with all of them, in lines. */
export interface Tally {
  /** Attempts to send a line. */
  sent: number
  /** Attempts that were not a line's first. */
  resent: number
  /** Attempts with an unknown outcome, those of an interrupted run included. Each may have left a copy. */
  unknown: number
  stored: number
  rejected: number
  /** Lines that were not sent, because their numbers are in Kafka. */
  skipped: number
  /** Lines that had to be sent, because the gateway could not say whether they are in Kafka. */
  unproven: number
}

export function newTally(): Tally {
  return { sent: 0, resent: 0, unknown: 0, stored: 0, rejected: 0, skipped: 0, unproven: 0 }
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = newTally()
  for (const tally of tallies) for (const name of Object.keys(sum) as (keyof Tally)[]) sum[name] += tally[name]
  return sum
}
