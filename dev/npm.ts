import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const DEADLINE_MS = 180_000
const MAX_OUTPUT_BYTES = 2 ** 24
const run = promisify(execFile)

/** This process's environment, with the Node that runs it first in the path. */
export const withThisNode = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` }

/** Runs npm in a folder and resolves with its standard output. Rejects with all of its output when it fails. */
export async function npm(cwd: string, ...args: string[]): Promise<string> {
  const script = process.env.npm_execpath // of the npm that runs this process
  const [file, first] = script === undefined ? ['npm', []] : [process.execPath, [script]]
  const options = { cwd, env: withThisNode, timeout: DEADLINE_MS, maxBuffer: MAX_OUTPUT_BYTES }
  const { stdout } = await run(file, [...first, ...args], options)
  return stdout
}
