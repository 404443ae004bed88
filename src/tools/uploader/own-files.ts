const OWN = /\.(progress|progress\.new|rejected\.ndjson|lock)$/
const MOST_NAMED = 3

/** Of the files that were named, e.g. by `journals/*`: those that an upload wrote beside a journal, and the others. */
export function withoutOwnFiles(files: readonly string[]): { journals: string[]; own: string[] } {
  return { journals: files.filter((file) => !OWN.test(file)), own: files.filter((file) => OWN.test(file)) }
}

/** What a person is told about files that are passed over; there is one at least. */
export function ownFilesText(own: readonly string[]): string {
  const named = own.slice(0, MOST_NAMED).join(', ')
  const more = own.length > MOST_NAMED ? ` and ${own.length - MOST_NAMED} more` : ''
  return `passed over, because an upload wrote them: ${named}${more}`
}
