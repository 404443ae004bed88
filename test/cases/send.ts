import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { UploadReport } from '../../src/tools/uploader/report-text.ts'
import { spawnCli } from '../harness/cli-process.ts'
import { parseAnswer, rawSocket } from '../http/raw-socket.ts'
import { outcome, type Violation } from './outcome.ts'
import { bytesOf } from './reported.ts'

const DEADLINE_MS = 30_000

/** Posts an invoice, and says what it got. */
export async function post(url: string, body: Buffer): Promise<string[]> {
  const answer = await fetch(`${url}/v1/invoices`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  const { errors } = (await answer.json()) as { errors?: Violation[] }
  return outcome(errors === undefined ? answer : { status: answer.status, violations: errors })
}

/** Sends compressed lines as an upload. */
export async function postGzip(url: string, file: string): Promise<string[]> {
  const answer = await fetch(`${url}/v1/invoices/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    body: new Uint8Array(bytesOf(file)),
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  const { summary } = (await answer.json()) as { summary?: { accepted: number; rejected: number } }
  return [String(answer.status), `${summary?.accepted} stored, ${summary?.rejected} rejected`]
}

/** Runs `tillgate upload` on a copy of the file, because it writes beside it. */
export async function upload(url: string, file: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-cases-'))
  try {
    const copy = join(folder, basename(file))
    await copyFile(fileURLToPath(new URL(`./reported/${file}`, import.meta.url)), copy)
    const started = spawnCli(['upload', '--url', url, '--json', copy])
    const { code } = await started.exited
    const text = started.stdout().toString()
    if (text === '') return [`exit ${code}`, started.stderr().trim()]
    const { tally } = JSON.parse(text) as UploadReport
    return [`exit ${code}`, `${tally.stored} stored, ${tally.rejected} rejected`]
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Sends the bytes of a request and shuts the sending side at once. */
export async function sendAndShut(url: string, file: string): Promise<string[]> {
  const raw = rawSocket(Number(new URL(url).port), String(bytesOf(file)))
  raw.socket.setTimeout(DEADLINE_MS, () => raw.socket.destroy())
  raw.socket.end()
  const received = await raw.closed
  return received === '' ? ['closed without an answer'] : [String(parseAnswer(received).statusCode)]
}
