/** What there is to explore. An explorer that explores nothing finds nothing: so its numbers have to be these. */
export const EVERY_LANE = {
  args: ['--lane', '8'],
  found: {
    schedules: 52_131,
    outcomes: {
      acknowledged: 51_322,
      'unknown producer-replaced': 28_974,
      'unknown shutdown': 10_351,
      'rejected refused': 4_994,
      'rejected too-large': 4_084,
      'rejected expired': 21_874,
      'rejected draining': 7_623,
    },
  },
} as const

export const EVERY_STAGE = {
  args: ['--epochs', '3', '--faults', '2'],
  found: { schedules: 105_974_076, states: 38_930, complete: 1_631 },
} as const
