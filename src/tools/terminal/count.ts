/** A number as text: thousands separated, at most two decimals. */
export function count(number: number): string {
  return number.toLocaleString('en-US', { maximumFractionDigits: 2 })
}
