import { stat } from 'node:fs/promises'
import { gatewayConnections } from '../tools/gateway/gateway-tls.ts'
import { readTokenHeaders, type TokenHeaders } from '../tools/gateway/token.ts'
import { helpText } from '../tools/terminal/help.ts'
import { InputError, UsageError } from '../tools/terminal/input-errors.ts'
import { ANSWERS_BEGINNING } from '../tools/uploader/answer-lines.ts'
import { AppendedLines } from '../tools/uploader/append-lines.ts'
import { askCursorAt, Cursors } from '../tools/uploader/cursors.ts'
import { type DryReport, dryRun, dryRunText, isSendable } from '../tools/uploader/dry-run.ts'
import { type FileLock, lockFile } from '../tools/uploader/file-lock.ts'
import type { FileReport } from '../tools/uploader/file-report.ts'
import { type Journal, STANDARD_INPUT } from '../tools/uploader/journal.ts'
import { openJournal, startOver } from '../tools/uploader/open-journal.ts'
import { parseUploadArguments, UPLOAD_OPTIONS, type UploadArguments } from '../tools/uploader/options.ts'
import { ownFilesText, withoutOwnFiles } from '../tools/uploader/own-files.ts'
import { postUpload } from '../tools/uploader/post-upload.ts'
import { reportText, unusableReport, uploadReport } from '../tools/uploader/report-text.ts'
import { openStandardInput } from '../tools/uploader/standard-input.ts'
import { createStopSignals, type StopSignals } from '../tools/uploader/stop-signals.ts'
import { uploadFiles } from '../tools/uploader/upload-files.ts'
import { createUploadScreen, type UploadScreen } from '../tools/uploader/upload-screen.ts'
import type { Command } from './command.ts'

const HELP = helpText({
  name: 'tillgate upload',
  takes: '[OPTIONS] FILE...',
  does: 'sends journals to a gateway, each line one invoice (NDJSON, plain or compressed with gzip or zstd; - is standard input)',
  options: UPLOAD_OPTIONS,
  notes: [
    'Invoices that will never be accepted go to FILE.rejected.ndjson; remove it once they are dealt with. Ctrl-C stops after the request in flight; the same command continues.',
    'Standard input cannot be continued: nothing remembers how far it was sent; --resume can ask. Its rejected invoices go to stdin.rejected.ndjson in the working folder.',
    'A last line without a line feed that is not complete JSON is not sent: it waits for the rest. Files that an upload wrote (.progress, .rejected.ndjson, .lock) are skipped.',
  ],
  exitCodes:
    '0 nothing is left to send and nothing rejected is left to deal with; 1 something is, or a last line waits for the rest; 2 wrong arguments or files, or another run holds one of them: nothing was sent.',
})

/** What the gateway takes by default. */
const MAX_BYTES = 8 * 2 ** 20
const MAX_COMPRESSED_BYTES = 2 ** 20
const ANSWER_TIMEOUT_MS = 120_000
const BACKOFF = { firstMs: 500, maxMs: 15_000 }

export const upload: Command = { help: HELP, run, failureCode: 1 }

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const given = await withoutOwn(parseUploadArguments(args))
  const tokenHeaders = await readTokenHeaders(given.tokenFile, environment)
  const signals = createStopSignals()
  const screen = createUploadScreen(process.stderr)
  const journals: Journal[] = []
  try {
    const unusable = await openAll(given, signals, screen, journals)
    screen.end()
    signals.listen()
    return await (given.dryRun
      ? look(journals, unusable, given, signals)
      : send(journals, unusable, { ...given, tokenHeaders }, signals, screen))
  } finally {
    screen.end()
    signals.release()
    for (const journal of journals) journal.release()
  }
}

async function withoutOwn(given: UploadArguments): Promise<UploadArguments> {
  const { journals: files, own } = withoutOwnFiles(given.files)
  if (own.length > 0) console.error(ownFilesText(own))
  if (files.length === 0) throw new UsageError('which files? None of these is a journal')
  await assertDistinct(files, given.answers)
  return { ...given, files }
}

/** A file that is named twice would be sent twice at once. The answers file must not be a journal. */
async function assertDistinct(files: readonly string[], answers: string | undefined): Promise<void> {
  const seen = new Set<string>()
  for (const file of answers === undefined ? files : [...files, answers]) {
    const found = file === STANDARD_INPUT ? undefined : await stat(file, { bigint: true }).catch(() => undefined)
    const id = found === undefined ? file : `${found.dev}/${found.ino}`
    if (seen.has(id)) throw new UsageError(`${file} is named twice`)
    seen.add(id)
  }
}

/** A journal that cannot be sent. */
type Unusable = ReturnType<typeof unusableReport>

/** Opens all journals before anything is sent. With `keepGoing`, resolves with those that cannot be sent. */
async function openAll(
  { files, again, dryRun: isDry, keepGoing, resume }: UploadArguments,
  { stopping }: StopSignals,
  { onCheck }: UploadScreen,
  journals: Journal[],
): Promise<Unusable[]> {
  const unusable: Unusable[] = []
  for (const file of files) {
    try {
      const isInput = file === STANDARD_INPUT
      if (isInput && !resume)
        console.error('standard input: nothing remembers how far it is sent, so it has to be sent to its end')
      journals.push(
        isInput
          ? await openStandardInput(process.stdin, stopping, isDry)
          : await openJournal(file, { again, isDry, onCheck }),
      )
    } catch (error) {
      if (!keepGoing || !(error instanceof InputError)) throw error
      unusable.push(unusableReport(file, error.message))
    }
  }
  return unusable
}

async function look(
  journals: readonly Journal[],
  unusable: readonly Unusable[],
  { json }: UploadArguments,
  { stopping }: StopSignals,
): Promise<number> {
  const files: DryReport[] = []
  for (const journal of journals) if (!stopping.aborted) files.push(await dryRun(journal, MAX_BYTES, stopping))
  const report = { files, unusable: unusable.map(({ file, end: { reason } }) => ({ file, reason })) }
  console.log(json ? JSON.stringify(report, null, 2) : dryRunText(report))
  return isSendable(report) ? 0 : 1
}

async function send(
  journals: readonly Journal[],
  unusable: readonly FileReport[],
  given: UploadArguments & { readonly tokenHeaders: TokenHeaders },
  { stopping, breakingOff }: StopSignals,
  screen: UploadScreen,
): Promise<number> {
  const lock = lockAnswers(given.answers)
  let answers: AppendedLines | undefined
  try {
    answers = await openAnswers(given.answers)
    if (given.again) for (const journal of journals) await startOver(journal)
    const startedAtMs = performance.now()
    screen.start(journals)
    const { coding, url, tls, tokenHeaders, giveUpAfterMs, parallel, keepGoing } = given
    const access = { url, tokenHeaders, dispatcher: gatewayConnections(tls), signal: breakingOff }
    const cursors = given.resume ? new Cursors(askCursorAt(access)) : undefined
    const limits = { maxInvoices: given.maxInvoices, maxBytes: MAX_BYTES, maxCompressedBytes: MAX_COMPRESSED_BYTES }
    const started = await uploadFiles(
      journals,
      { parallel, keepGoing },
      {
        send: (request, timeoutMs) => postUpload(request, timeoutMs, { ...access, coding }),
        cursorOf: cursors?.of.bind(cursors),
        ...{ answerTimeoutMs: ANSWER_TIMEOUT_MS, backoff: BACKOFF, coding, limits, giveUpAfterMs, answers, stopping },
        ...{ onTrouble: screen.onTrouble, onProgress: screen.onProgress },
      },
    )
    screen.end()
    const files = [...unusable, ...started]
    const named = new Set(files.map(({ file }) => file))
    const notStarted = given.files.filter((file) => !named.has(file))
    const report = uploadReport(files, notStarted, (performance.now() - startedAtMs) / 1_000)
    console.log(given.json ? JSON.stringify(report, null, 2) : reportText(report))
    return report.isDone ? 0 : 1
  } finally {
    await answers?.close()
    lock?.release()
  }
}

function lockAnswers(file: string | undefined): FileLock | undefined {
  if (file === undefined) return undefined
  try {
    return lockFile(file)
  } catch (error) {
    throw error instanceof InputError ? new InputError(`--answers: ${error.message}`) : error
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
