import { basename } from 'node:path'
import { count } from '../terminal/count.ts'
import { createProgressBar } from '../terminal/progress-bar.ts'
import { RecentRate } from '../terminal/recent-rate.ts'
import type { TerminalOutput } from '../terminal/status-line.ts'
import { timeLeft } from '../terminal/time-text.ts'
import { visibleText } from '../terminal/visible-text.ts'
import { type Journal, STANDARD_INPUT } from './journal.ts'
import { countsText } from './report-text.ts'
import type { UploadProgress } from './upload-file.ts'

const TICK_MS = 1_000
/** A shorter wait for an answer is not shown. */
const LONG_WAIT_MS = 3_000
/** A shorter comparison is not shown. */
const LONG_CHECK_MS = 1_000
const PLAIN_EVERY_MS = 30_000

/** What a person sees of an upload while it runs. */
export interface UploadScreen {
  /** The lines of earlier runs are being compared. `bytes`: compared so far. */
  onCheck(file: string, bytes: number, total: number): void
  /** From now on these journals are sent. */
  start(journals: readonly Journal[]): void
  onTrouble(file: string, text: string): void
  onProgress(file: string, progress: UploadProgress): void
  /** Wipes the status line and draws it no more. Lines above it stay. */
  end(): void
}

const NOTHING_DONE = { stored: 0, rejected: 0, skipped: 0, prefix: { bytes: 0 } }

interface FileState extends UploadProgress {
  readonly waitingSinceMs: number | undefined
}

/**
 * One line for all journals together: how far they are (earlier runs included), the rate and the time left. Each
 * problem gets a line above it. Without a terminal it is a plain line every 30 s.
 */
export function createUploadScreen(output: TerminalOutput, nowMs = () => performance.now()): UploadScreen {
  const bar = createProgressBar(output, 'bytes', { nowMs, plainEveryMs: PLAIN_EVERY_MS })
  const states = new Map<string, FileState>()
  const [invoicesRate, bytesRate] = [new RecentRate(), new RecentRate()]
  let totalBytes: number | undefined = 0
  let checkingSinceMs: number | undefined
  let timer: NodeJS.Timeout | undefined

  const draw = () => {
    const all = [...states.values()]
    const sum = (of: (state: FileState) => number) => all.reduce((total, state) => total + of(state), 0)
    const [stored, rejected, skipped] = [sum((s) => s.stored), sum((s) => s.rejected), sum((s) => s.skipped)]
    const bytes = sum((s) => s.bytesDone)
    invoicesRate.add(nowMs(), stored + rejected + skipped)
    bytesRate.add(nowMs(), bytes)
    const perSecond = invoicesRate.perSecond()
    const notes = [
      waitingText(all, nowMs()),
      countsText({ stored, rejected, skipped }),
      perSecond === undefined ? undefined : `${count(Math.round(perSecond))}/s`,
      totalBytes === undefined ? undefined : timeLeft(totalBytes - bytes, bytesRate.perSecond()),
      states.size > 1
        ? `${count(all.filter(({ doing }) => doing === 'ended').length)} of ${count(states.size)} files`
        : undefined,
    ]
    const kept = notes.filter((note) => note !== undefined)
    if (totalBytes === undefined) bar.update('standard input', bytes, undefined, kept)
    else bar.update('', Math.min(bytes, totalBytes), totalBytes, kept)
  }
  return {
    onCheck(file, bytes, total) {
      checkingSinceMs ??= nowMs()
      if (nowMs() - checkingSinceMs < LONG_CHECK_MS) return
      bar.update(`comparing ${shortName(file)}`, bytes, total, [`${count(bytes)} of ${count(total)} bytes sent before`])
    },
    start(journals) {
      for (const { file, bytes, progress } of journals) {
        const { stored, rejected, skipped, prefix } = progress ?? NOTHING_DONE
        // The prefix of a compressed journal is counted inflated.
        const bytesDone = file.endsWith('.gz') ? 0 : prefix.bytes
        states.set(file, { stored, rejected, skipped, bytesDone, doing: 'reading', waitingSinceMs: undefined })
        totalBytes = totalBytes === undefined || bytes === undefined ? undefined : totalBytes + bytes
      }
      timer = setInterval(draw, TICK_MS)
    },
    onTrouble(file, text) {
      bar.end()
      output.write(`${shortName(file)}: ${visibleText(text)}; trying again\n`)
    },
    onProgress(file, progress) {
      const before = states.get(file)
      const isWaiting = progress.doing === 'waiting' || progress.doing === 'asking'
      const since = before?.doing === progress.doing ? before.waitingSinceMs : undefined
      const waitingSinceMs = isWaiting ? (since ?? nowMs()) : undefined
      states.set(file, { ...progress, waitingSinceMs })
      draw()
    },
    end() {
      clearInterval(timer)
      bar.end()
    },
  }
}

/** How long the oldest request in flight has waited, if that is worth showing. */
function waitingText(states: readonly FileState[], nowMs: number): string | undefined {
  const since = states.reduce((oldest, { waitingSinceMs }) => Math.min(oldest, waitingSinceMs ?? nowMs), nowMs)
  if (nowMs - since < LONG_WAIT_MS) return undefined
  const isAsking = states.some(({ doing, waitingSinceMs }) => doing === 'asking' && waitingSinceMs === since)
  const seconds = Math.floor((nowMs - since) / 1_000)
  // Of many journals, each has an answer of its own.
  return isAsking ? `asking for ${seconds} s` : `waiting ${seconds} s for an answer`
}

const shortName = (file: string) => (file === STANDARD_INPUT ? 'standard input' : visibleText(basename(file)))
