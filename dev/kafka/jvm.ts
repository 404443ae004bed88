import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { spawnDependent } from '../dependent-process.ts'

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
    const child = spawnDependent(command, args, { stdio: ['ignore', log, log], detached: true })
    const exited = new Promise<number | string>((resolve) => {
      child.on('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
    })
    await once(child, 'spawn')
    return { pid: child.pid as number, exited, signal: (name) => void child.kill(name) }
  } finally {
    closeSync(log)
  }
}
