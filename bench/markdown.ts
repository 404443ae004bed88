import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { promisify } from 'node:util'
import { KAFKA_VERSION } from '../dev/kafka/folders.ts'

const run = promisify(execFile)

/** When, on what and with what: the time, the commit, the machine and the versions. */
export async function machineLine(): Promise<string> {
  const { stdout: java } = await run('java', ['--version'])
  const { stdout: commit } = await run('git', ['describe', '--always', '--dirty'])
  const [core] = cpus()
  return `${new Date().toISOString().slice(0, 16)} UTC, commit ${commit.trim()}; ${cpus().length} x ${core?.model.trim()}, shared with other work; Node ${process.version}, Apache Kafka ${KAFKA_VERSION} on ${java.split('\n')[0]}`
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The rows of the first table below a heading, its head first. Throws if there is none. */
export function tableBelow(markdown: string, heading: string): string[][] {
  const lines = markdown.split('\n')
  const at = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  const from = lines.findIndex((line, i) => at !== -1 && i > at && /^[|#]/.test(line))
  if (!lines[from]?.startsWith('|')) throw new Error(`there is no table below the heading ${heading}`)
  const length = lines.slice(from).findIndex((line) => !line.startsWith('|'))
  const [head = [], , ...rows] = lines.slice(from, length === -1 ? undefined : from + length).map(cellsOf)
  return [head, ...rows]
}

function cellsOf(line: string): string[] {
  const cells = line.split('|').map((cell) => cell.trim())
  return cells.slice(1, -1)
}
