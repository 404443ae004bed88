import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const DEFAULT_MIB = 64

/** A small file system in memory that can be filled. */
export interface SmallDisk {
  readonly path: string
  /** Takes all the space that is left. */
  fill(): void
  /** Frees that space. */
  free(): void
  unmount(): void
}

/** Mounts one. It stays mounted if this process is killed. Throws one line when this process may not mount. */
export function mountSmallDisk(name: string, sizeMib = DEFAULT_MIB): SmallDisk {
  const path = join(tmpdir(), `tillgate-disk-${process.pid}-${name}`)
  const filler = join(path, 'filler')
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'tmpfs', path], { stdio: 'pipe' })
  } catch (error) {
    rmdirSync(path)
    const reason = String((error as { stderr?: Buffer }).stderr ?? error).split('\n')[0]
    throw new Error(`a disk that can be full needs root, and to be allowed to mount a tmpfs: ${reason}`)
  }
  return {
    path,
    fill: () => fillUp(filler),
    free: () => rmSync(filler),
    unmount: () => {
      execFileSync('umount', [path])
      rmdirSync(path)
    },
  }
}

function fillUp(filler: string): void {
  const file = openSync(filler, 'w')
  try {
    for (const chunk of [Buffer.alloc(2 ** 20), Buffer.alloc(4_096)]) writeUntilFull(file, chunk)
  } finally {
    closeSync(file)
  }
}

function writeUntilFull(file: number, chunk: Buffer): void {
  try {
    for (;;) writeSync(file, chunk)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
