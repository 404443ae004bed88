const LEVELS = '▁▂▃▄▅▆▇█'

/** A row of bars, one character a value, the largest value full. Zero is the lowest bar, null a space. */
export function sparkline(values: readonly (number | null)[]): string {
  const most = values.reduce<number>((largest, value) => Math.max(largest, value ?? 0), 0)
  const level = (value: number) => (most === 0 ? 0 : Math.round((value / most) * (LEVELS.length - 1)))
  return values.map((value) => (value === null ? ' ' : LEVELS[level(value)])).join('')
}

/** Joins neighbours into at most `width` groups of the same size; the last may be smaller. */
export function groupsOf<T>(values: readonly T[], width: number): T[][] {
  const size = Math.max(1, Math.ceil(values.length / Math.max(1, width)))
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size))
}
