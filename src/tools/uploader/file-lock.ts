import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
// @ts-expect-error: the package has no types
import { tryLock as tryLockOf } from 'fs-native-extensions'
import { InputError } from '../terminal/input-errors.ts'
import { WriteError } from './write-error.ts'

/** Locks the whole file for this file descriptor until it is closed. False: another one holds the lock. */
const tryLock: (fd: number) => boolean = tryLockOf

/** The right to work with one file. One process at a time has it. */
export interface FileLock {
  release(): void
}

/** Another process has the lock; the message names it. */
export class LockedError extends InputError {}

/**
 * Takes the lock of `file`, or throws `LockedError` at once. It is a kernel lock on `FILE.lock`, so it ends with the
 * process, however that ends. The lock file names the process, for people only, and is deleted at release. Throws
 * `InputError` when the lock file cannot be made.
 */
export function lockFile(file: string): FileLock {
  const path = `${file}.lock`
  for (;;) {
    const fd = openLockFile(path)
    try {
      if (!tryLock(fd)) throw new LockedError(`${file} is in use by ${holderOf(path)}`)
      if (isAt(fd, path)) {
        writeHolder(fd)
        return { release: () => release(fd, path) }
      }
    } catch (error) {
      closeSync(fd)
      throw error
    }
    // Its former holder deleted the file after it was opened here: this lock protects nothing.
    closeSync(fd)
  }
}

function openLockFile(path: string): number {
  try {
    return openSync(path, 'a+', 0o600)
  } catch (error) {
    throw new InputError(new WriteError(path, error).message)
  }
}

/** Deletes first: a process that opens it later gets a new file, and one that has it open can see that it is gone. */
function release(fd: number, path: string): void {
  rmSync(path, { force: true })
  closeSync(fd)
}

function isAt(fd: number, path: string): boolean {
  const mine = fstatSync(fd, { bigint: true })
  const there = statSync(path, { bigint: true, throwIfNoEntry: false })
  return there !== undefined && there.ino === mine.ino && there.dev === mine.dev
}

function writeHolder(fd: number): void {
  try {
    ftruncateSync(fd)
    writeSync(fd, `${JSON.stringify({ pid: process.pid, host: hostname() })}\n`)
  } catch {
    // The disk is full: the lock still holds, but others cannot see who has it.
  }
}

function holderOf(path: string): string {
  try {
    const { pid, host } = JSON.parse(readFileSync(path, 'utf8')) as { pid: unknown; host: unknown }
    if (host !== hostname()) return `process ${pid} of ${host}`
    return `process ${pid}: wait for it, or end it (kill ${pid})`
  } catch {
    return 'another process'
  }
}
