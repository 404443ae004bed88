import { setMaxListeners } from 'node:events'
import { pause, within } from '../../waiting.ts'
import type { AnswerLine } from '../audit/answers.ts'
import { arrivalTimes } from './arrivals.ts'
import { createInvoices } from './basket.ts'
import { createLatencies, type Latencies } from './latencies.ts'
import type { Run } from './options.ts'
import { keepSchedule } from './schedule.ts'
import { seededRandom } from './seeded-random.ts'
import { createSender } from './send.ts'
import { createSeries, type Series } from './series.ts'
import { type Counts, refusalOf, type Summary } from './summary.ts'
import { createTill, type Till } from './till.ts'
import { createTemptation, twinsAmong } from './wrong-tills.ts'

/** A run so far. */
export interface Progress {
  readonly seconds: number
  readonly counts: Counts
  /** Of acknowledged invoices. */
  readonly latencies: Latencies
  readonly series: Series
}

/** The callbacks of a run, and the signals that end it. */
export interface Observer {
  readonly onAnswer?: ((line: AnswerLine) => void) | undefined
  /** Several times a second. */
  readonly onProgress?: (progress: Progress) => void
  /** Plans no more invoices, and waits for the answers that are missing. */
  readonly stop: AbortSignal
  /** Ends the run without waiting any longer. */
  readonly abort: AbortSignal
}

const PROGRESS_MS = 200

const noneWrong = () => ({ sent: 0, acknowledged: 0, quarantined: 0 })

/**
 * Runs many tills against a gateway in an open loop: send times are decided beforehand. A latency counts from the send
 * time, including any wait for the till, a connection or the gateway. Resolves with the summary and all latencies when
 * every invoice has a definite answer, or `drainSeconds` after the last invoice.
 */
export async function simulate(
  run: Run,
  { onAnswer, onProgress, stop, abort }: Observer,
): Promise<{ summary: Summary; latencies: Latencies }> {
  const random = seededRandom(run.seed)
  const startedAt = new Date()
  const journalId = `sim-${startedAt.getTime().toString(36)}-${process.pid.toString(36)}`
  const counts = { intended: 0, sent: 0, attempts: 0, resent: 0, acknowledged: 0, quarantined: 0, unanswered: 0 }
  const wrongCounts = { changed: noneWrong(), older: noneWrong(), twin: noneWrong() }
  const statuses: Record<string, number> = {}
  const latencies = createLatencies()
  const lateness = createLatencies()
  const sender = createSender(run)
  const ending = new AbortController()
  setMaxListeners(0, ending.signal) // every till that waits listens
  const end = () => ending.abort()
  abort.addEventListener('abort', end)

  const makeInvoice = createInvoices(run.seed)
  const twins = twinsAmong(run.tills, run.wrong)
  const temptation = createTemptation(run.wrong, run.seed)
  const tills = Array.from({ length: run.tills }, (_, i) => {
    const isTwin = i < twins
    const named = isTwin ? i - (i % 2) : i
    const name = { storeId: `S${(named % run.stores) + 1}`, terminalId: `T${named + 1}`, journalId }
    return createTill(name, {
      signal: ending.signal,
      send: sender.send,
      temptation,
      isTwin,
      makeInvoice,
      onSend: (wrong) => {
        if (wrong === undefined || wrong === 'twin') counts.sent++
        if (wrong !== undefined) wrongCounts[wrong].sent++
      },
      onAnswer: (line) => {
        counts.attempts++
        const status = String(line.status ?? 'none')
        statuses[status] = (statuses[status] ?? 0) + 1
        onAnswer?.(line)
      },
      onWrongSettled: (wrong, outcome) => {
        wrongCounts[wrong][outcome]++
      },
      onSettled: (outcome, intendedAtMs, atMs) => {
        if (outcome === 'acknowledged' || !isTwin) counts[outcome]++
        counts.unanswered--
        if (outcome === 'quarantined') return series.drop(intendedAtMs)
        latencies.record(atMs - intendedAtMs)
        series.settle(intendedAtMs, atMs, true)
      },
      onResend: () => {
        counts.resent++
      },
    })
  })

  const startMs = performance.now()
  const series = createSeries(startMs, run.seconds)
  const elapsedSeconds = () => (performance.now() - startMs) / 1_000
  const progress = setInterval(
    () => onProgress?.({ seconds: elapsedSeconds(), counts, latencies, series }),
    PROGRESS_MS,
  )
  const loopAtStart = performance.eventLoopUtilization()
  const times = arrivalTimes(run.load, run.seconds, random)
  const send = (intendedAtMs: number, latenessMs: number) => {
    counts.intended++
    counts.unanswered++
    lateness.record(latenessMs)
    series.plan(intendedAtMs)
    tills[Math.floor(random() * tills.length)]?.add(intendedAtMs)
  }
  const interrupted = AbortSignal.any([stop, abort])
  await keepSchedule(times, startMs, send, interrupted)
  await pause(Math.max(0, run.seconds - elapsedSeconds()) * 1_000, interrupted)
  const isInterrupted = interrupted.aborted
  const seconds = elapsedSeconds()
  const busyShare = performance.eventLoopUtilization(loopAtStart).utilization
  const acknowledgedInTime = counts.acknowledged

  await drain(tills, run.drainSeconds, ending)
  clearInterval(progress)
  abort.removeEventListener('abort', end)
  // An unanswered invoice took at least this long. Without it, a server that freezes at the end looks fast.
  const endMs = performance.now()
  for (const intendedAtMs of tills.flatMap((till) => till.unanswered())) {
    latencies.record(endMs - intendedAtMs)
    series.settle(intendedAtMs, endMs, false)
  }
  await sender.close()
  // Where nothing was acknowledged, there are no latencies to refuse.
  const refusal = counts.acknowledged === 0 ? null : refusalOf(busyShare)
  const hasLatencies = refusal === null && counts.acknowledged > 0
  const summary = {
    ...counts,
    wrong: wrongCounts,
    startedAt: startedAt.toISOString(),
    journalId,
    seconds,
    isInterrupted,
    intendedPerSecond: counts.intended / seconds,
    achievedPerSecond: acknowledgedInTime / seconds,
    latencyMs: hasLatencies ? latencies.percentiles() : null,
    latencyCurve: hasLatencies ? latencies.curve() : [],
    latenessMs: lateness.percentiles(),
    stepSeconds: series.stepSeconds,
    series: series.steps(hasLatencies),
    statuses,
    waitedShare: counts.attempts === 0 ? 0 : sender.waited / counts.attempts,
    busyShare,
    refusal,
    diagnosis: null,
  }
  return { summary, latencies }
}

/** Resolves when every till is idle. After `drainSeconds` it ends them all. */
async function drain(tills: readonly Till[], drainSeconds: number, ending: AbortController): Promise<void> {
  const allIdle = Promise.all(tills.map((till) => till.idle()))
  await within(drainSeconds * 1_000, allIdle)
  ending.abort()
  await allIdle
}
