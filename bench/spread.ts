/** The middle of some numbers, or halfway between the two that are in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2
}

/** `median (min-max)` of some numbers. */
export function spread(numbers: readonly number[], digits = 2): string {
  const text = (number: number) => number.toFixed(digits)
  return `${text(median(numbers))} (${text(Math.min(...numbers))}-${text(Math.max(...numbers))})`
}

/** What `spread` has written; a number alone is its own least and most. Throws for anything else. */
export function spreadIn(text: string): { median: number; least: number; most: number } {
  const [, median, least = median, most = median] =
    /^([\d.]+)(?: \(([\d.]+)-([\d.]+)\))?(?: %)?$/.exec(text.replaceAll(',', '')) ?? []
  if (median === undefined) throw new Error(`no figure: ${text}`)
  return { median: Number(median), least: Number(least), most: Number(most) }
}
