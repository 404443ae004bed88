import { closest, distance } from 'fastest-levenshtein'

/** Longer names are not compared: no member has one. */
const MAX_LENGTH = 40

/**
 * The member that was probably meant by a name that the contract does not have: `net_amount` is `netAmount`, and
 * `netAmmount` too. At most a third of the letters may be wrong. `properties`: those of the schema.
 */
export function nearestMember(name: string, properties: object): string | undefined {
  if (name.length > MAX_LENGTH) return undefined
  const members = membersOf(properties)
  if (members.size === 0) return undefined
  const typed = lettersOf(name)
  const nearest = closest(typed, [...members.keys()])
  if (distance(typed, nearest) > Math.min(typed.length, nearest.length) / 3) return undefined
  return members.get(nearest)
}

/** The members of each schema by their letters. A document may have a thousand unknown members. */
const known = new WeakMap<object, ReadonlyMap<string, string>>()

function membersOf(properties: object): ReadonlyMap<string, string> {
  let members = known.get(properties)
  if (members === undefined) {
    members = new Map(Object.keys(properties).map((name) => [lettersOf(name), name]))
    known.set(properties, members)
  }
  return members
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[_\s-]/g, '')
}
