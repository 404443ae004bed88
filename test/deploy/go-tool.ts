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
  const folder = `${FOLDER}${name}-${version}`
  if (!existsSync(folder)) {
    console.log(`building ${name} ${version}, once`)
    await makeFolder(folder, async (partial) => {
      const env = { ...process.env, GOBIN: partial }
      await run('go', ['install', `${module}@${version}`], { env, timeout: BUILD_DEADLINE_MS }).catch((error) => {
        throw error.code === 'ENOENT' ? new Error(GO_MISSING) : error
      })
    })
  }
  return `${folder}/${name}`
}
