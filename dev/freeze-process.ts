import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { eventually } from './kafka/eventually.ts'

const FREEZE_DEADLINE_MS = 10_000

/**
 * Freezes a process (SIGSTOP). Once it resolves, no thread of it runs, until it gets SIGCONT. Rejects if there is no
 * such process. The signal alone promises less: a thread that is running goes on until it next enters the kernel, and
 * may still answer a request. (Without Linux's /proc nothing tells when that is over, and it resolves at once.)
 */
export async function freezeProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  const threads = `/proc/${pid}/task`
  if (!existsSync(threads)) return
  await eventually(`process ${pid} is frozen`, FREEZE_DEADLINE_MS, 1, async () => {
    return readdirSync(threads).every((thread) => isStopped(`${threads}/${thread}/stat`)) || undefined
  })
}

/** Source: proc_pid_stat(5); the name before the state may itself contain parentheses. */
function isStopped(statFile: string): boolean {
  const state = readFileSync(statFile, 'utf8').split(') ').at(-1)?.[0]
  return state === 'T'
}
