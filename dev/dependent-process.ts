import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { statFields } from './proc-stat.ts'

/*
 * `sh` forks a watcher, which kills the child when the other end of the last descriptor closes; only this process holds
 * that end. Then `sh` *becomes* the child, so the child's process id is the same from the start (`$$` is that id in the
 * watcher too), and stopping or freezing the child does not affect the watcher. A line on that descriptor ends the
 * watcher: the child is gone, and its id may soon belong to another process. The watcher holds none of the child's
 * streams, so that they end with it.
 */
const watched = (fd: number) => `(read -r line <&${fd} || kill -9 $$) </dev/null >/dev/null 2>&1 & exec "$@" ${fd}<&-`

/**
 * Starts `command` with `args`. It ends when this process ends, however that happens, `kill -9` included; what it starts
 * itself may not. `options` are those of `spawn`, with `stdio` as a list of at most nine.
 */
export function spawnDependent(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { readonly stdio: readonly (number | 'ignore' | 'pipe' | 'inherit')[] },
): ChildProcess {
  const fd = Math.max(3, options.stdio.length)
  const streams = Array.from({ length: fd }, (_, i) => options.stdio[i] ?? 'ignore')
  const child = spawn('/bin/sh', ['-c', watched(fd), 'sh', command, ...args], {
    ...options,
    stdio: [...streams, 'pipe'],
  })
  const watcher = child.stdio[fd as 3] as unknown as Duplex
  watcher.resume()
  watcher.on('error', () => {}) // the watcher may already be gone
  child.on('exit', () => watcher.end('\n'))
  return child
}

const PARENT_CHECK_MS = 1_000

/**
 * Ends this process when its parent is gone. For what npm or a test runner has started: they live as long as it does,
 * unless they are killed. npm starts a shell that starts this process: then the parent of that shell counts, too (on
 * Linux).
 */
export function endWithParent(): void {
  const parent = process.ppid
  const beyond = () => (nameOf(parent) === 'sh' ? parentOf(parent) : null)
  const grandparent = beyond()
  setInterval(() => {
    if (process.ppid !== parent || beyond() !== grandparent) process.exit(1)
  }, PARENT_CHECK_MS).unref()
}

function nameOf(pid: number): string | null {
  return orNull(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd())
}

function parentOf(pid: number): number | null {
  return orNull(() => Number(statFields(`/proc/${pid}/stat`)[1]))
}

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null // gone, or no Linux
  }
}
