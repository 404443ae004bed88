import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const DEADLINE_MS = 10_000
/** Mounts a file system in memory and a hosts file that only this one process sees, as the tests do. */
const PROBE = 'mount -t tmpfs tmpfs /mnt && mount --bind /etc/hosts /etc/hosts'

/** Why the tests in test/root cannot run here, in a few words; `undefined` if they can. */
export async function whyNoRootTests(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (process.platform !== 'linux') return `this is ${process.platform}, not Linux`
  if (process.getuid?.() !== 0) return 'this is not root'
  const options = { env, timeout: DEADLINE_MS }
  return await promisify(execFile)('unshare', ['--mount', 'sh', '-c', PROBE], options).then(
    () => undefined,
    (error) => `root may not mount here: ${`${error.stderr || error.message}`.trim().split('\n')[0]}`,
  )
}
