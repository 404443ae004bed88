import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 1_000

/** Waits before the next try: 100 ms, doubling to a second, 20 % of chance either way. Ends at once when `signal` aborts. */
export async function backoff(failures: number, signal: AbortSignal): Promise<void> {
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** failures, MAX_BACKOFF_MS) * (0.8 + 0.4 * Math.random())
  await sleep(backoffMs, undefined, { signal }).catch(() => {})
}
