/**
 * The commands of the documents, by one rule:
 *
 * - An indented block is commands to paste, each a line; a line that ends in a backslash goes on in the next.
 * - A fenced block is what a terminal or a file shows: lines after `$ ` are commands, all others are output.
 * - A span of code that begins with one of `PROGRAMS` and has another word is a command, in a text or in a table.
 */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'docs/*.md', '{examples,openapi,deploy}/**/README.md']

/** What begins a command. In output, such a line is taken for a command whose `$ ` was forgotten. */
const PROGRAMS = 'npm npx node curl tillgate docker podman helm git jq gzip zcat sha256sum mvn python3 java go'.split(
  ' ',
)
const BEGINS = new RegExp(`^(?:[A-Z_]+=\\S+ +)*(?:${PROGRAMS.join('|')}) +\\S`)

export interface DocumentedCommand {
  readonly document: string
  /** The nearest one above it; '' before the first. */
  readonly heading: string
  readonly line: number
  /** As one line, without a comment at its end. */
  readonly text: string
  /** A person pastes it: it is in a block, and not only named in a text or a table. */
  readonly isToPaste: boolean
  /** What a fenced block shows below it. */
  readonly output: readonly string[]
}

/** Every command of every document, in order. Throws for a block that is neither commands nor output. */
export function documentedCommands(): DocumentedCommand[] {
  const documents = globSync(DOCUMENTS, { cwd: ROOT, exclude: ['**/node_modules/**'] })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
  return documents.flatMap((document) => commandsOf(document, readFileSync(ROOT + document, 'utf8')))
}

/** The commands of one document, as `documentedCommands`. */
export function commandsOf(document: string, text: string): DocumentedCommand[] {
  const commands: DocumentedCommand[] = []
  const lines = text.split('\n')
  let heading = ''
  let fence: number | undefined
  let isIndented = false
  let shown: string[] | undefined
  let start: number | undefined
  let joined = ''

  const add = (command: string, line: number, isToPaste: boolean, output: string[] = []) => {
    commands.push({ document, heading, line, text: command.replace(/ {2,}# .*$/, '').trim(), isToPaste, output })
  }
  lines.forEach((line, index) => {
    const number = index + 1
    if (/^ {0,3}```/.test(line)) {
      fence = fence === undefined ? number : undefined
      shown = undefined
      return
    }
    if (fence !== undefined) {
      const command = /^ *\$ (.+)$/.exec(line)?.[1]
      if (command !== undefined) {
        shown = []
        add(command, number, true, shown)
      } else if (BEGINS.test(line.trim()))
        throw new Error(`${document}:${number} begins as a command: put "$ " before it`)
      else shown?.push(line)
      return
    }
    const isBlockLine = /^ {4}/.test(line) && (isIndented || index === 0 || lines[index - 1]?.trim() === '')
    if (line.trim() !== '') isIndented = isBlockLine
    if (isBlockLine) {
      start ??= number
      joined += line.trim()
      if (joined.endsWith('\\')) joined = joined.slice(0, -1)
      else {
        if (joined !== '') add(joined, start, true)
        joined = ''
        start = undefined
      }
      return
    }
    if (joined !== '') throw new Error(`${document}:${start}: a backslash, and no next line`)
    heading = /^#+ (.+)$/.exec(line)?.[1] ?? heading
    for (const [, span = ''] of line.matchAll(/`([^`]+)`/g)) if (BEGINS.test(span)) add(span, number, false)
  })
  if (fence !== undefined) throw new Error(`${document}:${fence}: a fence that nothing ends`)
  return commands
}
