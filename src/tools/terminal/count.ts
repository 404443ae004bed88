/** A number as text: thousands separated, at most two decimals. */
export function count(number: number): string {
  return number.toLocaleString('en-US', { maximumFractionDigits: 2 })
}

/** A number with what it counts: `1 record`, `2,000 records`. */
export function counted(number: number, singular: string): string {
  return `${count(number)} ${singular}${number === 1 ? '' : 's'}`
}
