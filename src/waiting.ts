import { setTimeout as sleep } from 'node:timers/promises'

/** What `within` resolves with after its time-out. */
export const LATE = Symbol('late')

/**
 * Settles as `work` does, but after `timeoutMs` at the latest, then with `LATE`. What becomes of late work is ignored,
 * even a rejection. No timer is left behind.
 */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T | typeof LATE> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, LATE)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}

/** Settles as `work` does, but after `timeoutMs` at the latest: then it rejects, and says so. */
export async function inTime<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const answer = await within(timeoutMs, work)
  if (answer === LATE) throw new Error(`no answer within ${timeoutMs} ms`)
  return answer
}

/** Waits for `ms`; ends at once when `signal` aborts. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}

export interface Bounds {
  readonly firstMs?: number
  readonly maxMs?: number
}

/**
 * How long to wait before the next try: `firstMs`, doubled with every failure up to `maxMs`. The result varies by 20 %
 * either way, so that clients that failed together do not come back together.
 */
export function backoffMs(
  failures: number,
  { firstMs = 100, maxMs = 1_000 }: Bounds = {},
  random = Math.random,
): number {
  return Math.min(firstMs * 2 ** failures, maxMs) * (0.8 + 0.4 * random())
}

/** Waits for `backoffMs`; ends at once when `signal` aborts. Never rejects. */
export async function backoff(failures: number, signal: AbortSignal, bounds?: Bounds): Promise<void> {
  await pause(backoffMs(failures, bounds), signal)
}

/** A longer `Retry-After` counts as this. */
const MAX_RETRY_AFTER_MS = 300_000

/**
 * How long a till waits before it sends again: `Retry-After` (five minutes at the most) and up to half more, or
 * `backoffMs` where there is none. `Retry-After: 0` counts as none: it must not make a till send without a pause.
 */
export function resendMs(
  failures: number,
  retryAfterMs: number | undefined,
  bounds: Bounds,
  random = Math.random,
): number {
  if (retryAfterMs === undefined || retryAfterMs === 0) return backoffMs(failures, bounds, random)
  return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) * (1 + random() / 2)
}
