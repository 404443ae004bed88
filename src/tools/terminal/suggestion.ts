import { closest, distance } from 'fastest-levenshtein'

/** `; did you mean X?` if one of the names is close to what was typed, or begins with it; otherwise an empty text. */
export function suggestion(typed: string, names: readonly string[]): string {
  const word = typed.toLowerCase()
  const longer = word.length > 1 ? names.filter((name) => name.startsWith(word)) : []
  if (longer.length === 1) return `; did you mean ${longer[0]}?`
  if (names.length === 0) return ''
  const nearest = closest(word, [...names])
  const mostEdits = Math.max(1, Math.floor(Math.min(word.length, nearest.length) / 2))
  return distance(word, nearest) <= mostEdits ? `; did you mean ${nearest}?` : ''
}
