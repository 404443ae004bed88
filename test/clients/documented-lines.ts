import { spawn } from 'node:child_process'
import { cp, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const URL_IN_DOCUMENT = 'http://127.0.0.1:8080'

/** Downloads included, on a busy machine. */
const DEADLINE_MS = 280_000

/** The lines that a document gives under a heading. The last one runs the program. */
export async function documentedLines(heading: string, document = 'docs/clients.md'): Promise<string[]> {
  const text = await readFile(ROOT + document, 'utf8')
  const [, section] = text.split(`\n## ${heading}\n`)
  const [block] = /(?:^ {4}.*\n)+/m.exec(section ?? '') ?? []
  if (block === undefined) throw new Error(`${document} has no lines under ${heading}`)
  return block
    .trimEnd()
    .split('\n')
    .map((line) => line.trim())
}

/**
 * Copies examples/clients/`name` to a folder that git ignores and that is as deep, so that paths to the samples hold.
 * What an earlier run downloaded there is kept. Resolves with the folder.
 */
export async function copyOfExample(name: string): Promise<string> {
  const folder = `${ROOT}.tools/clients/${name}`
  await cp(`${ROOT}examples/clients/${name}`, folder, { recursive: true })
  return folder
}

/**
 * Runs lines of the document with bash, against the gateway at `url` and with this token, if they name them. Resolves
 * with the standard output, without colours. Rejects with all that they wrote when one fails or the deadline passes; then
 * nothing of them runs on.
 */
export async function runLines(
  lines: readonly string[],
  folder: string,
  url = URL_IN_DOCUMENT,
  token = '',
): Promise<string> {
  const script = lines.join('\n').replaceAll(URL_IN_DOCUMENT, url)
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { ...process.env, TILLGATE_TOKEN: token },
    detached: true, // a process group of its own, which can be ended as a whole
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk) => out.push(chunk))
  child.stderr.on('data', (chunk) => err.push(chunk))
  const deadline = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), DEADLINE_MS)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  }).finally(() => clearTimeout(deadline))
  if (code !== 0) throw new Error(`exit code ${code}:\n${Buffer.concat([...out, ...err])}`)
  return stripVTControlCharacters(Buffer.concat(out).toString())
}
