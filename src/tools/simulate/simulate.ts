import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
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

/** A run so far. */
export interface Progress {
  readonly seconds: number
  readonly counts: Counts
  /** Of what was acknowledged. */
  readonly latencies: Latencies
  readonly series: Series
}

/** Who is told, and who may end a run. */
export interface Observer {
  readonly onAnswer?: ((line: AnswerLine) => void) | undefined
  /** Several times a second. */
  readonly onProgress?: (progress: Progress) => void
  /** No more invoices; what is under way is waited for. */
  readonly stop: AbortSignal
  /** Nothing is waited for any more. */
  readonly abort: AbortSignal
}

const PROGRESS_MS = 200

/**
 * Runs many tills against a gateway in an open loop: when an invoice should be sent is decided beforehand, and its
 * latency counts from then, however long it waited for its till, a connection or the gateway. Resolves with the
 * summary, and all latencies, when everything has a definite answer, or `drainSeconds` after the last invoice.
 */
export async function simulate(
  run: Run,
  { onAnswer, onProgress, stop, abort }: Observer,
): Promise<{ summary: Summary; latencies: Latencies }> {
  const random = seededRandom(run.seed)
  const startedAt = new Date()
  const journalId = `sim-${startedAt.getTime().toString(36)}-${process.pid.toString(36)}`
  const counts = { intended: 0, sent: 0, attempts: 0, resent: 0, acknowledged: 0, quarantined: 0, unanswered: 0 }
  const statuses: Record<string, number> = {}
  const latencies = createLatencies()
  const lateness = createLatencies()
  const sender = createSender(run)
  const ending = new AbortController()
  setMaxListeners(0, ending.signal) // every till that waits listens
  const end = () => ending.abort()
  abort.addEventListener('abort', end)

  const makeInvoice = createInvoices(run.seed)
  const tills = Array.from({ length: run.tills }, (_, i) => {
    const name = { storeId: `S${(i % run.stores) + 1}`, terminalId: `T${i + 1}`, journalId }
    return createTill(name, {
      signal: ending.signal,
      send: sender.send,
      makeInvoice: (identity, occurredAt) => {
        counts.sent++
        return makeInvoice(identity, occurredAt)
      },
      onAnswer: (line) => {
        counts.attempts++
        const status = String(line.status ?? 'none')
        statuses[status] = (statuses[status] ?? 0) + 1
        onAnswer?.(line)
      },
      onSettled: (outcome, intendedAtMs, atMs) => {
        counts[outcome]++
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
  const secondsNow = () => (performance.now() - startMs) / 1_000
  const progress = setInterval(() => onProgress?.({ seconds: secondsNow(), counts, latencies, series }), PROGRESS_MS)
  const cpuAtStart = process.cpuUsage()
  const times = arrivalTimes(run.load, run.seconds, random)
  const send = (intendedAtMs: number, latenessMs: number) => {
    counts.intended++
    counts.unanswered++
    lateness.record(latenessMs)
    series.plan(intendedAtMs)
    tills[Math.floor(random() * tills.length)]?.add(intendedAtMs)
  }
  await keepSchedule(times, startMs, send, AbortSignal.any([stop, abort]))
  const isInterrupted = stop.aborted || abort.aborted
  if (!isInterrupted) await sleep(Math.max(0, run.seconds - secondsNow()) * 1_000)
  const seconds = secondsNow()
  const { user, system } = process.cpuUsage(cpuAtStart)
  const busyShare = (user + system) / 1e6 / seconds
  const acknowledgedInTime = counts.acknowledged

  await drain(tills, run.drainSeconds, ending)
  clearInterval(progress)
  abort.removeEventListener('abort', end)
  // What was never answered took at least so long: without it, a server that freezes at the end looks quick.
  const endMs = performance.now()
  for (const intendedAtMs of tills.flatMap((till) => till.unanswered())) {
    latencies.record(endMs - intendedAtMs)
    series.settle(intendedAtMs, endMs, false)
  }
  await sender.close()
  const refusal = refusalOf(busyShare)
  const hasLatencies = refusal === null && counts.acknowledged > 0
  const summary = {
    ...counts,
    startedAt: startedAt.toISOString(),
    journalId,
    seconds,
    isInterrupted,
    intendedPerSecond: counts.intended / seconds,
    achievedPerSecond: acknowledgedInTime / seconds,
    latencyMs: hasLatencies ? latencies.percentiles() : null,
    latenessMs: lateness.percentiles(),
    stepSeconds: series.stepSeconds,
    series: series.steps(hasLatencies),
    statuses,
    waitedShare: counts.attempts === 0 ? 0 : sender.waited / counts.attempts,
    busyShare,
    refusal,
  }
  return { summary, latencies }
}

/** Resolves when no till has anything to do, at the latest after `drainSeconds`: then all are ended. */
async function drain(tills: readonly Till[], drainSeconds: number, ending: AbortController): Promise<void> {
  const allIdle = Promise.all(tills.map((till) => till.idle()))
  const done = new AbortController()
  const deadline = sleep(drainSeconds * 1_000, undefined, { signal: AbortSignal.any([done.signal, ending.signal]) })
  await Promise.race([allIdle, deadline.catch(() => {})])
  done.abort()
  ending.abort()
  await allIdle
}
