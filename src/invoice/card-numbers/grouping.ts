/** How cards are printed: groups of four; American Express, Diners Club and UATP; girocard. */
const PRINTED = /^(?:4-4-4-4(?:-[123])?|4-6-5|4-6-4|4-5-6|3-5-10-1)$/

/** Whether groups of these lengths are how a card is printed. */
export function isPrintedGrouping(lengths: readonly number[]): boolean {
  return PRINTED.test(lengths.join('-'))
}

/** Whether somebody may write a card number in groups of these lengths: as printed, or all alike but the last one. */
export function isRegularGrouping(lengths: readonly number[]): boolean {
  const [first = 0] = lengths
  const isAlike = lengths.slice(0, -1).every((length) => length === first) && lengths.at(-1)! <= first
  return isAlike || isPrintedGrouping(lengths)
}

/** Whether the separator stands between groups that belong together: blanks or dashes of any alphabet. */
export function isPrintedSeparator(separator: string): boolean {
  return /^[\t\p{Zs}\p{Pd}]+$/u.test(separator)
}

/**
 * Whether printed groups may as well be store, date and number (`4711-2026-0314-0042`, `3711-260314-0042`), or counters
 * behind each other (`4711-0001-0012-0345`).
 */
export function isDateOrCounters(lengths: readonly number[], text: string): boolean {
  const digits = text.replaceAll(/\D/g, '')
  const [first = 0, second = 0] = lengths
  const middle = digits.slice(first, -(lengths.at(-1) ?? 0))
  if (second === 6)
    return isDate(`20${middle}`) || isDate(`20${middle.slice(4)}${middle.slice(2, 4)}${middle.slice(0, 2)}`)
  return isDate(middle.slice(0, 8)) || (middle[0] === '0' && middle[4] === '0')
}

function isDate(yyyymmdd: string): boolean {
  return /^20[0-4]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(yyyymmdd)
}
