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
