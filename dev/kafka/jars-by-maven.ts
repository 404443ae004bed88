import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { exitCode } from '../needs/exit-code.ts'
import type { Download } from './artifacts.ts'
import type { Java } from './java.ts'

const DEADLINE_MS = 1_200_000

/** Fetches the jars with Maven and the user's settings of it. Rejects with Maven's first complaint. */
export async function fetchWithMaven({ into, env, onFile, signal }: Download, java?: Java): Promise<void> {
  const pom = join(import.meta.dirname, 'pom.xml')
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${into}`]
  const isElsewhere = java !== undefined && java.command !== 'java'
  const maven = spawn('mvn', ['-B', '-f', pom, ...goal], {
    env: isElsewhere ? { ...env, JAVA_HOME: dirname(dirname(java.command)) } : env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...{ timeout: DEADLINE_MS, signal, killSignal: 'SIGKILL' },
  })
  const [code, firstError, lastWords] = await Promise.all([
    exitCode(maven),
    follow(maven.stdout, onFile),
    lastLine(maven.stderr),
  ])
  if (code !== 0) throw new Error(firstError ?? lastWords ?? 'Maven gave no reason')
}

/** Calls `onFile` for each download. Resolves when Maven has ended, to its first error. */
async function follow(output: NodeJS.ReadableStream, onFile: (name: string) => void): Promise<string | undefined> {
  let firstError: string | undefined
  for await (const line of createInterface({ input: output })) {
    // `[INFO] Downloaded from central: …/kafka-clients-4.3.1.jar (9.9 MB at 12 MB/s)`
    const name = /Downloaded from .*\/(\S+) \(/.exec(line)?.[1]
    if (name) onFile(name)
    if (line.startsWith('[ERROR]')) firstError ??= line.slice('[ERROR] '.length)
  }
  return firstError
}

/** What Maven's own start says, such as that JAVA_HOME is wrong. It also resets the colours there, which is no line. */
async function lastLine(output: NodeJS.ReadableStream): Promise<string | undefined> {
  let last: string | undefined
  for await (const line of createInterface({ input: output })) last = stripVTControlCharacters(line).trim() || last
  return last
}
