import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { eventually } from '../../dev/kafka/eventually.ts'
import { sampleInvoice } from '../invoice/generate.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DEADLINE_MS = 60_000
/** In each journal. */
const INVOICES = 20

/** What a line of the document did. */
export interface Pasted {
  readonly child: ChildProcess
  readonly exited: Promise<number | null>
  output(): string
  /** Resolves when the output matches, or the line has ended. */
  said(pattern: RegExp): Promise<void>
  /** To every process of the line, as Ctrl-C in a terminal. */
  signal(name: NodeJS.Signals): void
}

/** `PATH` with `npx tillgate` and `tillgate`, which run this checkout's command, before all else. */
export async function pathWithTillgate(parent: string): Promise<string> {
  const folder = join(parent, 'bin')
  await mkdir(folder)
  const run = `exec '${process.execPath}' '${ROOT}bin/tillgate.js' "$@"`
  const scripts = { tillgate: run, npx: `[ "$1" = tillgate ] || exit 127\nshift\n${run}` }
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(folder, name), 0o755)
  }
  return `${folder}${delimiter}${process.env.PATH}`
}

/** Gives a line to a shell, in a process group of its own and with no other environment. */
export function paste(line: string, cwd: string, env: NodeJS.ProcessEnv): Pasted {
  const child = spawn('bash', ['-c', line], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let written = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      written += text
    })
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve))
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const said = async (pattern: RegExp) => {
    await eventually(
      `${line} says ${pattern}`,
      DEADLINE_MS,
      20,
      async () => pattern.test(written) || hasEnded() || undefined,
    )
  }
  const signal = (name: NodeJS.Signals) => {
    if (!hasEnded()) process.kill(-(child.pid as number), name)
  }
  return { child, exited, output: () => written, said, signal }
}

/** Writes the files that the documents name: journals of tills, one with a wrong invoice, and the samples. */
export async function writeJournals(folder: string): Promise<void> {
  await cp(join(ROOT, 'openapi/examples'), join(folder, 'openapi/examples'), { recursive: true })
  for (const name of ['journals', 'old']) await mkdir(join(folder, name))
  const journal = (terminalId: string, wrong = 0) => {
    const invoices = Array.from({ length: INVOICES }, (_, index) =>
      sampleInvoice({ storeId: 'S1', terminalId, journalId: 'J1', sequenceNumber: index + 1 }),
    )
    return invoices
      .map((invoice, index) => `${JSON.stringify(index < wrong ? { ...invoice, lines: 1 } : invoice)}\n`)
      .join('')
  }
  await writeFile(join(folder, 'till-7.ndjson'), journal('T7'))
  await writeFile(join(folder, 'till-8.ndjson'), journal('T8'))
  await writeFile(join(folder, 'till-9.ndjson'), journal('T9', 1))
  for (const [file, terminalId] of [
    ['journals/till-1.ndjson.gz', 'T1'],
    ['journals/till-2.ndjson.gz', 'T2'],
    ['old/till-7-1.ndjson.gz', 'T71'],
    ['old/till-7-2.ndjson.gz', 'T72'],
    ['journal.ndjson.gz', 'T3'],
  ] as const)
    await writeFile(join(folder, file), gzipSync(journal(terminalId)))
}
