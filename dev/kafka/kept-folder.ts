import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lockFile } from '../../src/tools/uploader/file-lock.ts'
import { KAFKA_VERSION, makeFolder } from './folders.ts'

/** A folder whose data stay between runs. It belongs to this process until `release`, or until the process ends. */
export interface KeptFolder {
  readonly path: string
  /** Whether data of earlier runs were deleted. */
  readonly wasWiped: boolean
  /** Gives the folder to the next process. The data stay. */
  release(): void
}

interface Stamp {
  /** The release whose data these are; default: the one that is run. */
  kafka?: string
  /** Default 1. */
  brokers?: number
}

/**
 * Claims a folder, makes it if it is not there, and deletes what earlier runs left if it is to be `fresh`. Throws one
 * line when another process has it, when it holds something else, and when its data are of another Kafka.
 */
export async function claimKeptFolder(path: string, options: Stamp & { fresh?: boolean } = {}): Promise<KeptFolder> {
  const { kafka = KAFKA_VERSION, brokers = 1, fresh = false } = options
  await mkdir(dirname(path), { recursive: true })
  const lock = lockFile(path) // not a file with a process id: after a crash another process may have that id
  try {
    const stamp = JSON.stringify({ kafka, brokers })
    await stampEmpty(path, stamp)
    const wasWiped = fresh && (await wipe(path))
    if (fresh) await writeFile(join(path, STAMP), stamp)
    const found = describe(await readFile(join(path, STAMP), 'utf8'))
    const wanted = describe(stamp)
    if (found !== wanted) throw new Error(`${path} holds data of ${found}, and this is ${wanted}: --fresh deletes them`)
    return { path, wasWiped, release: () => lock.release() }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Puts the stamp into a folder that is missing or empty. Throws if the folder holds something, and no stamp. */
async function stampEmpty(path: string, stamp: string): Promise<void> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  if (names.includes(STAMP)) return
  if (names.length > 0)
    throw new Error(`${path} is not empty, and holds no data of an embedded Kafka: choose another folder`)
  await makeFolder(path, (partial) => writeFile(join(partial, STAMP), stamp))
}

/** Deletes the brokers' folders. Each is renamed first: if this process is killed, half of the data is not used. */
async function wipe(path: string): Promise<boolean> {
  const names = await readdir(path)
  const brokers = names.filter((name) => name.startsWith('broker-'))
  const left = names.filter((name) => name.startsWith(DELETED))
  for (const name of left) await rm(join(path, name), { recursive: true })
  for (const name of brokers) {
    await rename(join(path, name), join(path, `${DELETED}${name}`))
    await rm(join(path, `${DELETED}${name}`), { recursive: true })
  }
  return brokers.length > 0
}

function describe(stamp: string): string {
  try {
    const { kafka, brokers } = JSON.parse(stamp) as Required<Stamp>
    return `Kafka ${kafka} on ${brokers} ${brokers === 1 ? 'broker' : 'brokers'}`
  } catch {
    return 'an unknown Kafka'
  }
}

const STAMP = 'stamp.json'
const DELETED = 'deleted-'
