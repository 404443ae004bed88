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
    const wasWiped = fresh && (await setAside(path))
    await deleteWhatIsAside(path)
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

/** Renames the brokers' folders, so that no half-deleted data are used. False if there are none. */
async function setAside(path: string): Promise<boolean> {
  await deleteWhatIsAside(path)
  const brokers = (await readdir(path)).filter((name) => name.startsWith('broker-'))
  for (const name of brokers) await rename(join(path, name), join(path, `${ASIDE}${name}`))
  return brokers.length > 0
}

/** Also what an earlier process could not delete, because it was killed. */
async function deleteWhatIsAside(path: string): Promise<void> {
  const aside = (await readdir(path)).filter((name) => name.startsWith(ASIDE))
  for (const name of aside) await rm(join(path, name), { recursive: true })
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
const ASIDE = 'deleted-'
