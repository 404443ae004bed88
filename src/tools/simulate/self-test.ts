import { fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { table } from '../terminal/table.ts'
import type { Percentiles } from './latencies.ts'
import { millisecondsText } from './milliseconds.ts'
import type { Run } from './options.ts'
import { simulate } from './simulate.ts'
import { percentilesText } from './summary-text.ts'
import { BY_THE_RULE } from './wrong-tills.ts'

/** What the simulator measured of servers whose latencies are known. */
export interface SelfTest {
  /** Of a server that answers every request after 50 ms. */
  readonly constant: Percentiles
  /** How late the simulator itself was in that run. */
  readonly lateness: Percentiles
  /** How late the server was in that run by its own clock, p99. */
  readonly serverLateMs: number
  /** Of the same server, stopped dead for 2 s of 10 s: the share of invoices above 100 ms. */
  readonly slowShare: number
  /**
   * Of the same server, stopped in the last of 5 s until the run was over: the share of invoices without an answer, and
   * the share whose latency is that of such an invoice.
   */
  readonly unansweredShare: number
  readonly agedShare: number
  /** What is wrong, or why nothing can be said. Both null: measured right. */
  readonly fault: string | null
  readonly refusal: string | null
}

export const LATENCY_MS = 50
export const TOLERANCE_MS = 3
export const SLOW_SHARE = 0.2
export const SHARE_TOLERANCE = 0.04
const RUN_SECONDS = 10
const STOP_AFTER_MS = 4_000
/** The last part of the self-test: the server stops after `STOP_AFTER_MS`, for longer than the run waits. */
const CUT_SHORT = { seconds: 5, drainSeconds: 1 }
const CUT_SHORT_STOP_MS = 4_000
/** Timers are a millisecond late on a quiet machine. If they are later than this, other processes use its cores. */
const NOISY_MS = 2

const RUN: Omit<Run, 'url'> = {
  tills: 2_000,
  stores: 500,
  load: { ratePerSecond: 100, curve: 'flat', daySeconds: 86_400, burst: undefined },
  seconds: RUN_SECONDS,
  drainSeconds: 20,
  connections: 1_000,
  answerTimeoutMs: 40_000,
  tokenHeaders: {},
  wrong: BY_THE_RULE,
  seed: 1,
}

/**
 * Measures a server whose behaviour is known. When it always takes 50 ms, p50, p90 and p99 must be 50 +-3 ms. When it
 * stops for 2 of 10 s, a fifth of the invoices must be slow (a closed loop would see one slow invoice a connection).
 * When it stops for good in the last of 5 s, unanswered invoices must count with their age. Takes 28 s. Refuses when
 * the machine is too busy to measure anything.
 */
export async function selfTest(): Promise<SelfTest> {
  const file = new URL(`./self-test-server${extname(import.meta.url)}`, import.meta.url) // .ts here, .js in the package
  const server = fork(fileURLToPath(file))
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

/** What the figures mean. If the machine can explain a fault, it neither blames nor clears the simulator: a refusal. */
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
  if (noiseMs <= NOISY_MS) return { fault: `a latency of ${LATENCY_MS} ms is measured wrong`, refusal }
  return {
    fault: null,
    refusal: `timers are up to ${noiseMs.toFixed(1)} ms late here: other processes use this machine's cores`,
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
    [
      'stopped for good',
      `${percent(test.unansweredShare)} without an answer, ${percent(test.agedShare)} counted with their age`,
    ],
  ]
  return `${table(rows)}\n${verdict}`
}

function measured<T>(value: T | null): T {
  if (value === null) throw new Error('the server of the self-test gave no answer')
  return value
}

function measure(run: Run): ReturnType<typeof simulate> {
  const never = new AbortController().signal
  return simulate(run, { stop: never, abort: never })
}
