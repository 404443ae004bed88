const FIRST_WAIT_MS = 500
const MAX_WAIT_MS = 15_000
/** A longer `Retry-After` counts as this. */
const MAX_RETRY_AFTER_MS = 300_000

/**
 * How long to wait before lines are sent again, after `failures` requests in a row that settled nothing: `Retry-After`
 * and up to a fifth more, or half a second doubling to 15 s and up to half less. Random, so that many tills do not come
 * back at once.
 */
export function waitMs(failures: number, retryAfterMs: number | undefined, random = Math.random): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) * (1 + 0.2 * random())
  return Math.min(FIRST_WAIT_MS * 2 ** failures, MAX_WAIT_MS) * (0.5 + 0.5 * random())
}
