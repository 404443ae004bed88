import { existsSync, readdirSync } from 'node:fs'
import { eventually } from './kafka/eventually.ts'
import { statFields } from './proc-stat.ts'

const FREEZE_DEADLINE_MS = 10_000
const STOPPED = 'T'

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
    return readdirSync(threads).every((thread) => statFields(`${threads}/${thread}/stat`)[0] === STOPPED) || undefined
  })
}
