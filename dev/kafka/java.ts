import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const OLDEST_JAVA = 17

/** A Java that can run the broker: the command and its full version, such as `17.0.15`. */
export interface Java {
  command: string
  version: string
}

/**
 * Finds Java in `JAVA_HOME`, else on the `PATH` of `env`.
 * Throws one line that says what to install when there is none, or when it is older than Kafka needs.
 */
export async function findJava(env: NodeJS.ProcessEnv): Promise<Java> {
  const command = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java'
  const { stderr } = await run(command, ['-version'], { env }).catch(() => {
    throw new Error(`Kafka needs Java ${OLDEST_JAVA} or newer and there is no ${command}: ${REMEDY}`)
  })
  // `openjdk version "17.0.15" 2025-04-15`, on any vendor's Java and on standard error
  const version = /version "([^"]+)"/.exec(stderr)?.[1] ?? 'unknown'
  if (!(Number.parseInt(version, 10) >= OLDEST_JAVA)) {
    throw new Error(`Kafka needs Java ${OLDEST_JAVA} or newer and ${command} is version ${version}: ${REMEDY}`)
  }
  return { command, version }
}

const REMEDY =
  'install it (apt-get install openjdk-17-jre-headless) or set KAFKA_BROKERS to the addresses of a cluster you have'
