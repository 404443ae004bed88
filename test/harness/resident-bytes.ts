import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const KIB = 1_024

/** The resident memory of a process in bytes. Throws when it is not running. */
export function residentBytesOf(pid: number): number {
  if (process.platform !== 'linux')
    return KIB * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }))
  return KIB * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
