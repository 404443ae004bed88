import { systemWords } from '../../system-problem.ts'
import { pause, resendMs } from '../../waiting.ts'
import type { AppendedLines } from './append-lines.ts'
import type { AskCursor } from './cursors.ts'
import { type CutRequest, cutAlone, cutRequest, type RequestCoding, type RequestLimits } from './cut-request.ts'
import { type Decision, decide } from './decide.ts'
import { type End, type FileReport, quarantinedIn } from './file-report.ts'
import { findStored } from './find-stored.ts'
import type { GatewayAnswer } from './gateway-answer.ts'
import type { Journal } from './journal.ts'
import { Notes } from './notes.ts'
import { Outstanding, type OutstandingLine, START } from './outstanding.ts'
import { writeProgress } from './progress-file.ts'
import { readLines } from './read-lines.ts'
import type { Tally } from './tally.ts'
import { WriteError } from './write-error.ts'

/** With less time than this before its journal is given up, a request would only leave an unknown outcome. */
const LEAST_TRY_MS = 1_000

export interface UploadOptions {
  /** Resolves within `timeoutMs` and never rejects. */
  readonly send: (request: CutRequest, timeoutMs: number) => Promise<GatewayAnswer>
  /** How long a request may take, from its start to the end of its answer. */
  readonly answerTimeoutMs: number
  /** The least time between two tries, for `backoffMs`. */
  readonly backoff: { readonly firstMs: number; readonly maxMs: number }
  readonly coding: RequestCoding
  readonly limits: RequestLimits
  /** How long a journal may make no progress, the time to read it aside; undefined: for ever. */
  readonly giveUpAfterMs: number | undefined
  /** Says which numbers are in Kafka: they are not sent. undefined: everything is. */
  readonly cursorOf?: AskCursor | undefined
  /** Records each attempt; shared by all journals. */
  readonly answers: AppendedLines | undefined
  /** Ends the upload after the request in flight. */
  readonly stopping: AbortSignal
  /** Called with what delays the journal, whenever that changes. */
  readonly onTrouble: (file: string, text: string) => void
  /** Called at the start, before and after each request, and at the end. */
  readonly onProgress: (file: string, progress: UploadProgress) => void
}

/** How far a journal is; earlier runs are included. */
export interface UploadProgress extends Pick<Tally, 'stored' | 'rejected' | 'skipped'> {
  /** Of the file as it is on disk. */
  readonly bytesDone: number
  /** `waiting`: for the answer to a request. `asking`: for cursors. */
  readonly doing: 'reading' | 'asking' | 'waiting' | 'ended'
}

/** Sends one journal in order, one request at a time, from where its progress says. */
export async function uploadFile(journal: Journal, options: UploadOptions): Promise<FileReport> {
  const upload = new FileUpload(journal, options)
  try {
    const end = await upload.run().catch(unwritable)
    const counts = upload.counts()
    return {
      file: journal.file,
      end,
      ...counts,
      quarantined: await quarantinedIn(journal.rejectedFile, counts.total),
    }
  } finally {
    await upload.close()
  }
}

function unwritable(error: unknown): End {
  if (error instanceof WriteError) return { kind: 'unwritable', reason: error.message, file: error.file }
  throw error
}

/**
 * Before and after each request everything known is on the disk: first the answers and rejected invoices, then the
 * progress. So after a crash a line may be sent and recorded once too often, but is never left out.
 */
class FileUpload {
  readonly #journal: Journal
  readonly #options: UploadOptions
  readonly #notes: Notes
  readonly #outstanding: Outstanding
  readonly #bytesUpTo: (end: number) => number
  /** Most invoices in the next request. */
  #maxInvoices: number
  /** The first line was too large for an upload. */
  #isAlone = false
  /** Requests in a row that settled nothing. */
  #failures = 0
  /** When the latest line was settled; later by the time spent reading since. */
  #movedAtMs = performance.now()
  #trouble: string | undefined
  /** The progress as it is on the disk. */
  #saved: string

  constructor(journal: Journal, options: UploadOptions) {
    const { maxBytes, maxInvoices } = options.limits
    this.#journal = journal
    this.#options = options
    this.#notes = new Notes(journal.rejectedFile, options.answers)
    const place = journal.progress ?? START
    const { chunks, bytesUpTo } = journal.read(place.offset)
    // A longer line would not fit into a request of its own.
    this.#outstanding = new Outstanding(readLines(chunks, place, maxBytes - 1, journal.hash), place)
    this.#bytesUpTo = bytesUpTo
    this.#maxInvoices = maxInvoices
    this.#saved = JSON.stringify(journal.progress)
  }

  async run(): Promise<End> {
    this.#tell('reading')
    let fault = await this.#takeUp(this.#journal.progress?.underWay ?? 0)
    for (;;) {
      fault ??= await this.#fill(this.#maxInvoices)
      if (this.#outstanding.lines.length === 0) {
        await this.#save(0)
        return this.#endOfJournal(fault)
      }
      if (this.#options.stopping.aborted) return { kind: 'interrupted' }
      const end = await (this.#leaveOut() ?? this.#sendNext())
      if (end !== undefined) return end
    }
  }

  #endOfJournal(fault: Error | undefined): End {
    if (fault !== undefined) return { kind: 'unreadable', reason: systemWords(fault) ?? fault.message }
    // Nobody knows whether more input would have come.
    if (this.#journal.bytes === undefined && this.#options.stopping.aborted) return { kind: 'interrupted' }
    const { unended } = this.#outstanding
    if (unended === undefined) return { kind: 'finished' }
    const which = `line ${unended.number}, ${unended.bytes} bytes, has no line feed and is not complete JSON`
    return { kind: 'cut-off', reason: `${which}: it waits for the rest` }
  }

  counts(): Pick<FileReport, 'tally' | 'total' | 'nextLine'> {
    const { tally } = this.#notes
    const { stored, rejected, skipped } = this.#journal.progress ?? { stored: 0, rejected: 0, skipped: 0 }
    const total = {
      stored: stored + tally.stored,
      rejected: rejected + tally.rejected,
      skipped: skipped + tally.skipped,
    }
    return { tally, total, nextLine: this.#outstanding.place().line }
  }

  async close(): Promise<void> {
    this.#tell('ended')
    await this.#outstanding.close()
    await this.#notes.close()
  }

  async #fill(maxLines: number): Promise<Error | undefined> {
    const onTooLong = this.#notes.tooLong.bind(this.#notes)
    const startedAtMs = performance.now()
    const fault = await this.#outstanding.fill(maxLines, this.#options.limits.maxBytes, onTooLong)
    // A pause of standard input, or the skipped part of a large .gz, says nothing about the gateway.
    this.#movedAtMs += performance.now() - startedAtMs
    return fault
  }

  /** Reads again what was in flight when an earlier run ended. */
  async #takeUp(underWay: number): Promise<Error | undefined> {
    if (underWay === 0) return undefined
    const fault = await this.#fill(Math.max(underWay, this.#maxInvoices))
    await this.#notes.interrupted(this.#outstanding.lines.slice(0, underWay))
    await this.#save(0)
    return fault
  }

  /** Asks about lines that may be in Kafka, if there are such lines; otherwise undefined. */
  #leaveOut(): Promise<End | undefined> | undefined {
    const { cursorOf } = this.#options
    if (cursorOf === undefined || this.#outstanding.lines.every(({ isAsked }) => isAsked)) return undefined
    return this.#leaveOutStored(cursorOf)
  }

  /** Resolves with the end if the upload cannot go on. */
  async #leaveOutStored(cursorOf: AskCursor): Promise<End | undefined> {
    const { lines } = this.#outstanding
    this.#tell('asking')
    const { stored, unproven, obstacle } = await findStored(lines, cursorOf, this.#timeoutMs(), this.#options.stopping)
    await this.#notes.skipped(stored, unproven)
    this.#outstanding.settle(lines.length, (index) => stored.has(lines[index] as OutstandingLine))
    await this.#save(0)
    this.#tell('reading')
    if (obstacle?.kind === 'stop') return { kind: 'refused', reason: obstacle.reason }
    if (obstacle !== undefined) return await this.#wait(obstacle.reason, obstacle.retryAfterMs)
    this.#trouble = undefined
    this.#moved()
    return undefined
  }

  /** Resolves with the end if the upload cannot go on. */
  async #sendNext(): Promise<End | undefined> {
    const { coding, limits, send } = this.#options
    const { lines: all } = this.#outstanding
    const request = this.#isAlone
      ? cutAlone(all)
      : await cutRequest(all, coding, { ...limits, maxInvoices: this.#maxInvoices })
    const lines = this.#outstanding.lines.slice(0, request.invoices)
    await this.#save(lines.length)
    this.#tell('waiting')
    const answer = await send(request, this.#timeoutMs())
    const decision = decide(answer, request)
    await this.#notes.answered(lines, answer)
    if (decision.kind === 'fates') await this.#notes.settled(lines, decision.fates, answer)
    this.#follow(decision, lines.length)
    await this.#save(0)
    this.#tell('reading')

    const isRefused = decision.kind === 'stop' || (decision.kind === 'fates' && decision.isRefused)
    if (isRefused) return { kind: 'refused', reason: decision.reason ?? '' }
    if (decision.kind === 'again' || (decision.kind === 'fates' && decision.fates.includes('again')))
      return await this.#wait(decision.reason ?? '', answer.kind === 'none' ? undefined : answer.retryAfterMs)
    this.#trouble = undefined
    if ((decision.kind === 'smaller' || decision.kind === 'alone') && this.#leftMs() < LEAST_TRY_MS)
      return { kind: 'given-up', reason: 'no time was left for a smaller request' }
    return undefined
  }

  /** Time left before the journal is given up. */
  #leftMs(): number {
    const { giveUpAfterMs = Number.POSITIVE_INFINITY } = this.#options
    return this.#movedAtMs + giveUpAfterMs - performance.now()
  }

  /** A journal can be given up while an answer is pending. A request that took long to prepare still has time. */
  #timeoutMs(): number {
    const { answerTimeoutMs, giveUpAfterMs = LEAST_TRY_MS } = this.#options
    const leastMs = Math.min(LEAST_TRY_MS, giveUpAfterMs)
    return Math.round(Math.min(answerTimeoutMs, Math.max(leastMs, this.#leftMs())))
  }

  #tell(doing: UploadProgress['doing']): void {
    const { total } = this.counts()
    const bytesDone = this.#bytesUpTo(this.#outstanding.doneBytes)
    this.#options.onProgress(this.#journal.file, { ...total, bytesDone, doing })
  }

  #follow(decision: Decision, invoices: number): void {
    if (decision.kind === 'smaller' || (decision.kind === 'again' && decision.isSmaller))
      this.#maxInvoices = Math.max(1, Math.floor(invoices / 2))
    if (decision.kind === 'alone') this.#isAlone = true
    if (decision.kind !== 'fates') return
    const { fates } = decision
    this.#outstanding.settle(invoices, (index) => fates[index] !== 'again')
    // The line that was too large for an upload is done.
    if (this.#isAlone) this.#maxInvoices = this.#options.limits.maxInvoices
    this.#isAlone = false
    if (fates.some((fate) => fate !== 'again')) this.#moved()
  }

  #moved(): void {
    this.#failures = 0
    this.#movedAtMs = performance.now()
  }

  async #wait(reason: string, retryAfterMs: number | undefined): Promise<End | undefined> {
    const { backoff, stopping, onTrouble } = this.#options
    const ms = resendMs(this.#failures++, retryAfterMs, backoff)
    if (stopping.aborted) return undefined
    if (ms + LEAST_TRY_MS > this.#leftMs()) return { kind: 'given-up', reason }
    if (reason !== this.#trouble) onTrouble(this.#journal.file, reason)
    this.#trouble = reason
    await pause(ms, stopping)
    return undefined
  }

  /** `underWay`: how many of the outstanding lines are about to be sent. */
  async #save(underWay: number): Promise<void> {
    const { progressFile, hash } = this.#journal
    if (progressFile === null) return
    const { total } = this.counts()
    const progress = { version: 3, prefix: hash.prefix, ...this.#outstanding.place(), underWay, ...total } as const
    const text = JSON.stringify(progress)
    if (text === this.#saved) return
    await writeProgress(progressFile, progress)
    this.#saved = text
  }
}
