import { execFile } from 'node:child_process'
import { delimiter } from 'node:path'
import { promisify } from 'node:util'
import { QUICK_JVM } from './prepared.ts'
import { provideRuntime } from './runtime.ts'

const run = promisify(execFile)

const TIMEOUT_MS = 60_000

/**
 * Runs one of Apache Kafka's own tools, by its main class, for what kafkajs's admin client cannot do. Takes a second or
 * two. `input` is its standard input. Resolves to what it printed. Rejects when it fails or takes longer than a minute.
 */
export async function runTool(mainClass: string, args: string[], input: string | Buffer = ''): Promise<string> {
  const { java, jars } = await provideRuntime({ env: process.env, onProgress: () => {} })
  const flags = [...QUICK_JVM, '-cp', jars.join(delimiter)]
  const running = run(java.command, [...flags, mainClass, ...args], { timeout: TIMEOUT_MS })
  running.child.stdin?.on('error', () => {}) // it ended before it read everything; its exit code says why
  running.child.stdin?.end(input)
  return (await running).stdout
}

/** The node that is the cluster's active controller now. (In KRaft, kafkajs's controller can be any broker.) */
export async function activeController(bootstrap: string[]): Promise<number> {
  const status = await runTool('org.apache.kafka.tools.MetadataQuorumCommand', [
    ...['--bootstrap-server', bootstrap.join(',')],
    ...['describe', '--status'],
  ])
  const leader = /^LeaderId:\s+(\d+)$/m.exec(status)?.[1]
  if (leader === undefined) throw new Error(`no active controller: ${status}`)
  return Number(leader)
}
