const OWN = /\.(progress|progress\.new|rejected\.ndjson|lock)$/
const MOST_NAMED = 3

/** Splits the named files (e.g. `journals/*`) into journals and files that an upload wrote beside them. */
export function withoutOwnFiles(files: readonly string[]): { journals: string[]; own: string[] } {
  return { journals: files.filter((file) => !OWN.test(file)), own: files.filter((file) => OWN.test(file)) }
}

/** The message about files that are skipped. `own` must not be empty. */
export function ownFilesText(own: readonly string[]): string {
  const named = own.slice(0, MOST_NAMED).join(', ')
  const more = own.length > MOST_NAMED ? ` and ${own.length - MOST_NAMED} more` : ''
  return `skipped, because an upload wrote them: ${named}${more}`
}
