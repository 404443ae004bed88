import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { table } from '../terminal/table.ts'
import type { Percentiles } from './latencies.ts'
import { millisecondsText } from './milliseconds.ts'
import type { Run } from './options.ts'
import { simulate } from './simulate.ts'
import { percentilesText } from './summary-text.ts'

/** What the simulator measured of servers whose latencies are known. */
export interface SelfTest {
  /** Of a server that answers every request after 50 ms. */
  readonly constant: Percentiles
  /** How late the simulator itself was meanwhile. */
  readonly lateness: Percentiles
  /** How late the server was meanwhile by its own clock, p99. */
  readonly serverLateMs: number
  /** Of the same server, stopped dead for 2 s of 10 s: the share of invoices above 100 ms. */
  readonly slowShare: number
  /**
   * Of the same server, stopped before the last of 5 s and never waited for: the share of invoices that had no answer,
   * and the share whose latency is that of such an invoice.
   */
  readonly unansweredShare: number
  readonly agedShare: number
  /** Null: measured right. Otherwise what is wrong, or why nothing can be said. */
  readonly fault: string | null
  readonly refusal: string | null
}

export const LATENCY_MS = 50
export const TOLERANCE_MS = 3
export const SLOW_SHARE = 0.2
export const SHARE_TOLERANCE = 0.04
const RUN_SECONDS = 10
const STOP_AFTER_MS = 4_000
/** The last part of the self-test: the server stops after `STOP_AFTER_MS` and for longer than it is waited for. */
const CUT_SHORT = { seconds: 5, drainSeconds: 1 }
const CUT_SHORT_STOP_MS = 4_000
/** Timers are a millisecond late on a quiet machine; where they are later than this, others have its cores. */
const NOISY_MS = 2

const RUN: Omit<Run, 'url'> = {
  tills: 2_000,
  stores: 500,
  load: { ratePerSecond: 100, curve: 'flat', daySeconds: 86_400, burst: undefined },
  seconds: RUN_SECONDS,
  drainSeconds: 20,
  connections: 1_000,
  answerTimeoutMs: 40_000,
  seed: 1,
}

/**
 * Measures a server that always takes 50 ms: 50 ms, 3 more or less, has to come out at p50, p90 and p99. And one that
 * stops for 2 of 10 s: a fifth of the invoices has to be slow, where a closed loop would see one slow invoice a
 * connection. And one that stops for good in the last of 5 s: what it never answered counts with its age. Takes 28 s.
 * Refuses where the machine has no core to spare, so that nothing can be measured on it.
 */
export async function selfTest(): Promise<SelfTest> {
  const server = fork(fileURLToPath(new URL('self-test-server.ts', import.meta.url)))
  const said = async () =>
    measured((await once(server, 'message', { signal: AbortSignal.timeout(30_000) }))[0] as number | null)
  const report = async () => {
    server.send('report')
    return await said()
  }
  try {
    const url = new URL(`http://127.0.0.1:${await said()}`)
    await measure({ ...RUN, url, seconds: 2 }) // connections, and code that is compiled only when it is used
    await report()
    const constant = await measure({ ...RUN, url })
    const serverLateMs = await report()
    const measureStopped = (run: Run, stopMs: number) => {
      const stopping = setTimeout(() => server.send(stopMs), STOP_AFTER_MS)
      return measure(run).finally(() => clearTimeout(stopping))
    }
    const stopped = await measureStopped({ ...RUN, url, seed: 2 }, SLOW_SHARE * RUN_SECONDS * 1_000)
    const cut = await measureStopped({ ...RUN, ...CUT_SHORT, url, seed: 3 }, CUT_SHORT_STOP_MS)
    const figures = {
      constant: measured(constant.latencies.percentiles()),
      lateness: measured(constant.summary.latenessMs),
      serverLateMs,
      slowShare: stopped.latencies.shareAbove(2 * LATENCY_MS),
      unansweredShare: cut.summary.unanswered / cut.summary.intended,
      agedShare: cut.latencies.shareAbove(CUT_SHORT.drainSeconds * 1_000),
    }
    const refusal = constant.summary.refusal ?? stopped.summary.refusal ?? cut.summary.refusal
    return { ...figures, ...judge(figures, refusal) }
  } finally {
    server.disconnect()
  }
}

/** What the figures mean. A fault that the machine explains is no fault of the simulator, and no proof either. */
export function judge(
  { constant, lateness, serverLateMs, slowShare, unansweredShare, agedShare }: Omit<SelfTest, 'fault' | 'refusal'>,
  refusal: string | null,
): Pick<SelfTest, 'fault' | 'refusal'> {
  if (refusal !== null) return { fault: null, refusal }
  const { p50, p90, p99 } = constant
  const isExact = [p50, p90, p99].every((ms) => Math.abs(ms - LATENCY_MS) <= TOLERANCE_MS)
  if (Math.abs(slowShare - SLOW_SHARE) > SHARE_TOLERANCE) return { fault: 'slow invoices are not counted', refusal }
  if (unansweredShare < SLOW_SHARE - SHARE_TOLERANCE || Math.abs(agedShare - unansweredShare) > SHARE_TOLERANCE)
    return { fault: 'invoices without an answer are not counted', refusal }
  if (isExact) return { fault: null, refusal }
  const noiseMs = Math.max(lateness.p99, serverLateMs)
  if (noiseMs <= NOISY_MS) return { fault: `a latency of ${LATENCY_MS} ms is not measured as that`, refusal }
  return {
    fault: null,
    refusal: `timers are up to ${noiseMs.toFixed(1)} ms late here: others use this machine's cores`,
  }
}

/** A self-test for people. */
export function selfTestText(test: SelfTest): string {
  const { fault, refusal } = test
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  const verdict =
    refusal !== null
      ? `REFUSED: ${refusal}.`
      : fault !== null
        ? `WRONG: ${fault}.`
        : `Right: within ${TOLERANCE_MS} ms from p50 to p99, and within ${percent(SHARE_TOLERANCE)} of the share.`
  const rows = [
    [`a server that takes ${LATENCY_MS} ms`, percentilesText(test.constant)],
    ['  own lateness', percentilesText(test.lateness)],
    ["  the server's lateness", `p99 ${millisecondsText(test.serverLateMs)}`],
    ['stopped for a fifth', `${percent(test.slowShare)} slow, ${percent(SLOW_SHARE)} expected`],
    ['stopped for good', `${percent(test.unansweredShare)} without an answer, ${percent(test.agedShare)} counted so`],
  ]
  return `${table(rows)}\n${verdict}`
}

function measured<T>(value: T | null): T {
  if (value === null) throw new Error('the server of the self-test answered nothing')
  return value
}

function measure(run: Run): ReturnType<typeof simulate> {
  const never = new AbortController().signal
  return simulate(run, { stop: never, abort: never })
}
