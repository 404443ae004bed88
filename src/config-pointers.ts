import { listed } from './config-lists.ts'

/** One sentence for each pointer of the list in `variable` that is none, or that would stand for everything. No values. */
export function pointerProblems(variable: string, list: string | undefined): string[] {
  return listed(list).flatMap((pointer, i) => {
    const problem = problemOf(pointer)
    return problem === null ? [] : [`pointer ${i + 1} in ${variable} ${problem}`]
  })
}

function problemOf(pointer: string): string | null {
  if (pointer === '') return 'is empty: there is a comma too many'
  if (!pointer.startsWith('/')) return 'must begin with /, for example /extensions/siret'
  if (pointer.endsWith('/')) return 'must not end with /'
  if (/~(?![01])/.test(pointer)) return 'has a ~ that must be written ~0; a / in a name is written ~1 (RFC 6901)'
  if (/^(?:\/\*)+$/.test(pointer)) return 'stands for everything: set CARD_NUMBERS=warn instead'
  return null
}
