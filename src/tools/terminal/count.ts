/** A number for people: thousands separated, two decimals at the most. */
export function count(number: number): string {
  return number.toLocaleString('en-US', { maximumFractionDigits: 2 })
}
