import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The Apache Kafka release that is run; pom.xml names the same one. */
export const KAFKA_VERSION = '4.3.1'

/** Everything the embedded cluster downloads or writes lives below this git-ignored folder. */
export const KAFKA_FOLDER = join(import.meta.dirname, '..', '..', '.kafka')

let made = 0

/** A folder name that no other process and no other call uses. `sweep` recognises it when its process is gone. */
export function uniqueName(prefix: string): string {
  made += 1
  return `${prefix}-${process.pid}-${made}`
}

/**
 * Fills `folder` at most once, and completely or not at all: `fill` writes into a folder beside it, which is renamed
 * when `fill` has resolved. If two processes fill at once, the first to finish wins and the other deletes its copy.
 */
export async function makeFolder(folder: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const partial = uniqueName(`${folder}.tmp`)
  await mkdir(partial, { recursive: true })
  try {
    await fill(partial)
    await rename(partial, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

/** Deletes the unfinished folders and runs that killed or crashed processes left under `.kafka/`. */
export async function sweep(): Promise<void> {
  await mkdir(KAFKA_FOLDER, { recursive: true })
  for (const name of await readdir(KAFKA_FOLDER)) {
    const owner = /^(?:run|.*\.tmp)-(\d+)-\d+(?:\.lock)?$/.exec(name)?.[1]
    if (owner && !isAlive(Number(owner))) await rm(join(KAFKA_FOLDER, name), { recursive: true, force: true })
  }
}

/** Whether a process with this id runs on this machine, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
