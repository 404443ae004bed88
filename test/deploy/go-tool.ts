import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { makeFolder } from '../../dev/kafka/folders.ts'

const FOLDER = fileURLToPath(new URL('../../.tools/', import.meta.url))
const GO_MISSING = 'Go 1.26 or newer is missing: install it from https://go.dev/dl'
const BUILD_DEADLINE_MS = 1_200_000

const run = promisify(execFile)

/**
 * The path of a program from the Go module proxy, built at the first call (minutes) and kept in `.tools/`. Rejects with
 * one line when there is no Go.
 */
export async function goTool(name: string, module: string, version: string): Promise<string> {
  const folder = await builtOnce(`${name}-${version}`, (partial) =>
    go(['install', `${module}@${version}`], { env: { ...process.env, GOBIN: partial } }),
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
  const folder = `${FOLDER}${what}`
  if (!existsSync(folder)) {
    console.error(`building ${what}, once`)
    await makeFolder(folder, async (partial) => {
      await build(partial)
    })
  }
  return folder
}

async function go(args: string[], options: { env?: NodeJS.ProcessEnv; cwd?: string }): Promise<void> {
  await run('go', args, { ...options, timeout: BUILD_DEADLINE_MS }).catch((error) => {
    throw error.code === 'ENOENT' ? new Error(GO_MISSING) : error
  })
}
