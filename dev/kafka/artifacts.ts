import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { KAFKA_FOLDER, KAFKA_VERSION, makeFolder } from './folders.ts'

interface FetchOptions {
  env: NodeJS.ProcessEnv
  onProgress: (line: string) => void
  /** Where the jars are kept. */
  folder?: string
}

/**
 * Resolves to the paths of the jars that a broker needs. They are sorted, because a class-data archive is only valid
 * for one class path. The first call ever downloads them (about 45 MB) with Maven and reports progress; later calls
 * need no Maven. Throws one line that says what to do when Maven is missing or fails.
 */
export async function fetchJars(options: FetchOptions): Promise<string[]> {
  const folder = options.folder ?? join(KAFKA_FOLDER, `libs-${KAFKA_VERSION}`)
  if (!existsSync(folder)) {
    options.onProgress(`Apache Kafka ${KAFKA_VERSION}: fetching its jars with Maven, once`)
    await makeFolder(folder, (partial) => download(partial, options))
  }
  const jars = (await readdir(folder)).filter((name) => name.endsWith('.jar')).sort()
  return jars.map((name) => join(folder, name))
}

async function download(into: string, { env, onProgress }: FetchOptions): Promise<void> {
  const pom = join(import.meta.dirname, 'pom.xml')
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${into}`]
  const maven = spawn('mvn', ['-B', '-f', pom, ...goal], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number>((resolve, reject) => {
    maven.on('close', (code) => resolve(code ?? 1))
    maven.on('error', () => reject(new Error(MAVEN_MISSING)))
  })
  const [code, complaint] = await Promise.all([ended, followDownload(maven.stdout, onProgress)])
  if (code !== 0) throw new Error(`Maven could not fetch Apache Kafka ${KAFKA_VERSION}: ${complaint}`)
  if (!existsSync(join(into, `kafka_2.13-${KAFKA_VERSION}.jar`))) throw new Error(`Maven left no broker in ${into}`)
  onProgress(`Apache Kafka ${KAFKA_VERSION}: ${(await readdir(into)).length} jars are in place`)
}

/** Reports the total that Maven says it downloaded. Resolves when Maven has ended, to its first error. */
async function followDownload(output: NodeJS.ReadableStream, onProgress: (line: string) => void): Promise<string> {
  let jars = 0
  let megabytes = 0
  let reportedAt = performance.now()
  let complaint = 'no reason given'
  for await (const line of createInterface({ input: output })) {
    // `[INFO] Downloaded from central: …/kafka-clients-4.3.1.jar (9.9 MB at 12 MB/s)`
    const size = /Downloaded from .*\.jar \(([\d.]+) (B|kB|MB) at/.exec(line)
    if (size) {
      jars += 1
      megabytes += Number(size[1]) * (size[2] === 'MB' ? 1 : size[2] === 'kB' ? 1e-3 : 1e-6)
    }
    if (size && performance.now() - reportedAt >= 1_000) {
      reportedAt = performance.now()
      onProgress(`Apache Kafka ${KAFKA_VERSION}: ${jars} jars, ${megabytes.toFixed(1)} MB so far`)
    }
    if (line.startsWith('[ERROR]') && complaint === 'no reason given') complaint = line.slice('[ERROR] '.length)
  }
  return complaint
}

const MAVEN_MISSING =
  'Maven is needed once, to fetch Apache Kafka, but there is no mvn: ' +
  'install it (apt-get install maven) or set KAFKA_BROKERS to the addresses of a cluster you have'
