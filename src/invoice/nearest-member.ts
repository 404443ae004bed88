import { closest, distance } from 'fastest-levenshtein'

/** Longer names are not compared: no member has one. */
const MAX_LENGTH = 40

/**
 * The member that was probably meant by a name that the contract does not have: `net_amount` is `netAmount`, and
 * `netAmmount` too. At most a third of the letters may be wrong.
 */
export function nearestMember(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH || known.length === 0) return undefined
  const typed = lettersOf(name)
  const nearest = closest(typed, known.map(lettersOf))
  if (distance(typed, nearest) > Math.min(typed.length, nearest.length) / 3) return undefined
  return known.find((member) => lettersOf(member) === nearest)
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[_\s-]/g, '')
}
