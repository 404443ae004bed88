import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { CLI, OWN_ENVIRONMENT } from '../../harness/cli-process.ts'

/** Runs `tillgate upload ...args` in a folder, with a standard input that is open; it ends with the test. */
export function spawnUpload(
  t: TestContext,
  url: URL,
  cwd: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
) {
  const env = { ...OWN_ENVIRONMENT, ...environment }
  const child = spawn(process.execPath, [CLI, 'upload', '--url', url.href, ...args], { cwd, env, stdio: 'pipe' })
  const ended = once(child, 'close')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const [text, stderr] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray())
  const exited = ended.then(async ([code]) => ({
    code: code as number | null,
    text: ((await text) as string[]).join(''),
    stderr: ((await stderr) as string[]).join(''),
  }))
  return { child, exited }
}
