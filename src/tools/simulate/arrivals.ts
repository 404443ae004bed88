/** How invoices come in. All times in seconds from the start. */
export interface Load {
  /** Mean over a whole day of the curve, bursts included. */
  readonly ratePerSecond: number
  readonly curve: 'flat' | 'day'
  /** How long a day of the curve takes; it begins at midnight. */
  readonly daySeconds: number
  /** `factor` times the rate for the last `seconds` of every `everySeconds`. */
  readonly burst: { readonly factor: number; readonly seconds: number; readonly everySeconds: number } | undefined
}

/** How busy a supermarket is in each hour from midnight on, relative to the others. */
const HOURS = [0.1, 0.1, 0.1, 0.1, 0.2, 0.6, 2, 4, 6, 7.5, 9, 10, 10, 8.5, 8, 9, 11, 13, 12.5, 9, 5, 2, 0.6, 0.2]
const MEAN_HOUR = HOURS.reduce((total, weight) => total + weight, 0) / HOURS.length

/** The rate at a time, invoices a second. */
export function rateAt({ ratePerSecond, curve, daySeconds, burst }: Load, seconds: number): number {
  const share = curve === 'flat' ? 1 : dayShare(((seconds / daySeconds) % 1) * HOURS.length)
  if (burst === undefined) return ratePerSecond * share
  const { factor, everySeconds } = burst
  const mean = 1 + ((factor - 1) * burst.seconds) / everySeconds
  const now = seconds % everySeconds >= everySeconds - burst.seconds ? factor : 1
  return (ratePerSecond * share * now) / mean
}

/**
 * The intended send times of a run, in rising order: a Poisson process with the varying rate. They depend only on the
 * load and `random`, never on how fast anything is answered.
 */
export function* arrivalTimes(load: Load, endSeconds: number, random: () => number): Generator<number, void> {
  const peak = peakRate(load)
  for (let seconds = 0; ; ) {
    seconds -= Math.log(1 - random()) / peak
    if (seconds >= endSeconds) return
    if (random() * peak < rateAt(load, seconds)) yield seconds
  }
}

/** The rate relative to the mean: linear between the middles of the hours. */
function dayShare(hour: number): number {
  const before = Math.floor(hour - 0.5 + HOURS.length) % HOURS.length
  const after = (before + 1) % HOURS.length
  const way = (((hour - 0.5) % 1) + 1) % 1
  return (HOURS[before]! * (1 - way) + HOURS[after]! * way) / MEAN_HOUR
}

function peakRate({ ratePerSecond, curve, burst }: Load): number {
  const hour = curve === 'flat' ? 1 : Math.max(...HOURS) / MEAN_HOUR
  if (burst === undefined) return ratePerSecond * hour
  return (ratePerSecond * hour * burst.factor) / (1 + ((burst.factor - 1) * burst.seconds) / burst.everySeconds)
}
