import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
// @ts-expect-error: it comes without types
import { tryLock as tryLockOf } from 'fs-native-extensions'
import { InputError } from '../terminal/flags.ts'
import { WriteError } from './write-error.ts'

/** Locks the whole file for this open file alone, until it is closed; false: somebody else has it. */
const tryLock: (fd: number) => boolean = tryLockOf

/** The right to work with one file, which one process at a time has. */
export interface FileLock {
  release(): void
}

/** Another process has the lock; the message names it. */
export class LockedError extends InputError {}

/**
 * Takes the lock of `file`, or throws `LockedError` at once. It is a lock of the kernel on `FILE.lock`: it ends with
 * the process, however that ends, and what the lock file says is only for people: which process it is. It is deleted
 * at the end. `InputError`: the lock file cannot be made.
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
    // Its former holder deleted it after it was opened here: this lock is of no file.
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

/** It is deleted first: whoever opens it later gets a new one, and whoever has it open sees that it is gone. */
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
    // A full disk: the lock holds all the same, and others are told less.
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
