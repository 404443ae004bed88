import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import type { Duplex } from 'node:stream'

/*
 * No JVM may outlive this process, not even after `kill -9`. So `sh` forks a watcher, which kills the JVM when the
 * other end of descriptor 3 closes; only this process holds that end. Then `sh` *becomes* the JVM, so the child's
 * process id is the JVM's from the start (`$$` is that id in the watcher too), and stopping or freezing it does not
 * affect the watcher. A line on descriptor 3 ends the watcher: the JVM is gone, and its id may soon belong to another
 * process.
 */
const WATCHED = '(read -r line <&3 || kill -9 $$) & exec "$@" 3<&-'

/** A running Java process, in its own process group: a Ctrl-C in the terminal does not reach it. */
export interface Jvm {
  pid: number
  /** Resolves when the process is gone, to its exit code or the signal that ended it. */
  exited: Promise<number | string>
  signal(name: NodeJS.Signals): void
}

/**
 * Starts `command` with `args`; appends its standard output and error to `logFile`. It ends when this process ends,
 * however that happens. Rejects if no shell could be started. If Java fails at once, `exited` says so.
 */
export async function startJvm(command: string, args: string[], logFile: string): Promise<Jvm> {
  const log = openSync(logFile, 'a')
  try {
    const child = spawn('sh', ['-c', WATCHED, 'sh', command, ...args], {
      stdio: ['ignore', log, log, 'pipe'],
      detached: true,
    })
    const exited = watchExit(child)
    await once(child, 'spawn')
    return { pid: child.pid as number, exited, signal: (name) => void child.kill(name) }
  } finally {
    closeSync(log)
  }
}

function watchExit(child: ChildProcess): Promise<number | string> {
  const watcher = child.stdio[3] as Duplex
  watcher.resume()
  watcher.on('error', () => {}) // the watcher may already be gone
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      watcher.end('\n')
      resolve(code ?? signal ?? 'unknown')
    })
  })
}
