import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { UsageError } from '../tools/terminal/flags.ts'
import { createProgressBar } from '../tools/terminal/progress-bar.ts'
import { ANSWERS_BEGINNING } from '../tools/uploader/answer-lines.ts'
import { AppendedLines } from '../tools/uploader/append-lines.ts'
import { lockFile } from '../tools/uploader/file-lock.ts'
import { type Journal, openJournal } from '../tools/uploader/journal.ts'
import { parseUploadArguments, type UploadArguments } from '../tools/uploader/options.ts'
import { postUpload } from '../tools/uploader/post-upload.ts'
import { reportText, uploadReport } from '../tools/uploader/report-text.ts'
import { sumOf, type Tally } from '../tools/uploader/tally.ts'
import { uploadFiles } from '../tools/uploader/upload-files.ts'
import type { Command } from './command.ts'

const HELP = `tillgate upload FILE...: sends journals to a gateway, each line one invoice (NDJSON, or .gz of it)

  --url URL                the gateway (default: http://127.0.0.1:8080)
  --gzip | --zstd | --no-compression
                           how requests are compressed (default: --gzip)
  --invoices N             most invoices in a request (default: 1000)
  --parallel N             files at once (default: 1); never files with the same terminal
  --give-up-after SECONDS  how long a file may get nowhere (default: for ever)
  --answers FILE           adds what each attempt was told, for tillgate audit --answers
  --again                  starts over, instead of going on where FILE.progress says
  --json                   the report as JSON

What will never be taken goes to FILE.rejected.ndjson. Ctrl-C stops after the request under way; the same command goes on.
Exit code: 0 everything is stored, 1 it is not, 2 wrong arguments or files.`

/** What the gateway takes by default. */
const MAX_BYTES = 8 * 2 ** 20
const MAX_COMPRESSED_BYTES = 2 ** 20
const ANSWER_TIMEOUT_MS = 120_000
/** How long the request under way is waited for, once the upload is to stop. */
const STOP_TIMEOUT_MS = 10_000

export const upload: Command = { help: HELP, run, failureCode: 1 }

async function run(args: readonly string[]): Promise<number> {
  const given = parseUploadArguments(args)
  await assertDistinct(given)
  const journals: Journal[] = []
  try {
    for (const file of given.files) journals.push(await openJournal(file, given.again))
    return await send(journals, given)
  } finally {
    for (const journal of journals) journal.release()
  }
}

async function send(journals: readonly Journal[], given: UploadArguments): Promise<number> {
  const lock = given.answers === undefined ? undefined : lockFile(given.answers)
  const answers = await openAnswers(given.answers)
  const bar = createBar(journals)
  const signals = catchSignals()
  const startedAtMs = performance.now()
  try {
    const { coding, url, giveUpAfterMs } = given
    const limits = { maxInvoices: given.maxInvoices, maxBytes: MAX_BYTES, maxCompressedBytes: MAX_COMPRESSED_BYTES }
    const post = { url, coding, timeoutMs: ANSWER_TIMEOUT_MS, signal: signals.breakingOff }
    const files = await uploadFiles(journals, given.parallel, {
      send: (request) => postUpload(request, post),
      ...{ coding, limits, giveUpAfterMs, answers, stopping: signals.stopping },
      ...bar,
    })
    bar.end()
    const started = new Set(files.map(({ file }) => file))
    const notStarted = given.files.filter((file) => !started.has(file))
    const report = uploadReport(files, notStarted, (performance.now() - startedAtMs) / 1_000)
    console.log(given.json ? JSON.stringify(report, null, 2) : reportText(report))
    return report.isAllStored ? 0 : 1
  } finally {
    bar.end()
    signals.release()
    await answers?.close()
    lock?.release()
  }
}

/** The same file twice would be sent twice at once, and answers must not go into a journal. */
async function assertDistinct({ files, answers }: UploadArguments): Promise<void> {
  const seen = new Set<string>()
  for (const file of answers === undefined ? files : [...files, answers]) {
    const found = await stat(file, { bigint: true }).catch(() => undefined)
    if (found === undefined) continue
    const id = `${found.dev}/${found.ino}`
    if (seen.has(id)) throw new UsageError(`${file} is named twice`)
    seen.add(id)
  }
}

async function openAnswers(file: string | undefined): Promise<AppendedLines | undefined> {
  if (file === undefined) return undefined
  const answers = new AppendedLines(file, ANSWERS_BEGINNING)
  await answers.open().catch((error: Error) => {
    throw new UsageError(`--answers: ${error.message}`)
  })
  return answers
}

/** A bar for all journals together, and lines above it for what stands in the way. */
function createBar(journals: readonly Journal[]) {
  const bar = createProgressBar(process.stderr, 'bytes')
  const totalBytes = journals.reduce((sum, { bytes }) => sum + bytes, 0)
  const states = new Map<string, { bytesRead: number; tally: Readonly<Tally> }>()
  return {
    end: () => bar.end(),
    onTrouble(file: string, text: string) {
      bar.end()
      console.error(`${basename(file)}: ${text}; trying again`)
    },
    onProgress(file: string, bytesRead: number, tally: Readonly<Tally>) {
      states.set(file, { bytesRead, tally })
      const { stored, rejected } = sumOf([...states.values()].map((state) => state.tally))
      const doneBytes = [...states.values()].reduce((sum, state) => sum + state.bytesRead, 0)
      bar.update(`${stored} stored, ${rejected} rejected`, Math.min(doneBytes, totalBytes), totalBytes)
    },
  }
}

/** The first SIGINT or SIGTERM stops; a second one, or a while later, breaks off the requests under way. */
function catchSignals() {
  const stopping = new AbortController()
  const breakingOff = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const onSignal = () => {
    if (stopping.signal.aborted) breakingOff.abort()
    stopping.abort()
    timer ??= setTimeout(() => breakingOff.abort(), STOP_TIMEOUT_MS)
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return {
    stopping: stopping.signal,
    breakingOff: breakingOff.signal,
    release() {
      clearTimeout(timer)
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    },
  }
}
