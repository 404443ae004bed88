import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeFolder } from '../../dev/kafka/folders.ts'
import { provideGo, TOOLS_FOLDER } from '../../dev/needs/go.ts'

const BUILD_DEADLINE_MS = 1_200_000

/** Not optimised: to build them takes three quarters of the time, and they run for moments. */
const QUICK_BUILD = ['-gcflags=all=-N -l', '-ldflags=-s -w']

const run = promisify(execFile)

/**
 * The path of a program from the Go module proxy, built at the first call (minutes) and kept in `.tools/`. Rejects when
 * there is no Go.
 */
export async function goTool(name: string, module: string, version: string): Promise<string> {
  const folder = await builtOnce(`${name}-${version}`, (partial) =>
    go(['install', ...QUICK_BUILD, `${module}@${version}`], {
      env: { ...process.env, GOBIN: partial, CGO_ENABLED: '0' },
    }),
  )
  return `${folder}/${name}`
}

/** The same of a module that is in this repository, in the folder `source`. */
export async function goProgram(name: string, version: string, source: string): Promise<string> {
  const folder = await builtOnce(`${name}-${version}`, (partial) =>
    go(['build', '-trimpath', '-o', `${partial}/${name}`, '.'], { cwd: source }),
  )
  return `${folder}/${name}`
}

async function builtOnce(what: string, build: (partial: string) => Promise<unknown>): Promise<string> {
  const folder = join(TOOLS_FOLDER, what)
  if (!existsSync(folder)) {
    console.error(`building ${what}, once`)
    await makeFolder(folder, async (partial) => {
      await build(partial)
    })
  }
  return folder
}

async function go(args: string[], options: { env?: NodeJS.ProcessEnv; cwd?: string }): Promise<void> {
  const command = await provideGo(process.env, console.error)
  await run(command, args, { ...options, timeout: BUILD_DEADLINE_MS })
}
