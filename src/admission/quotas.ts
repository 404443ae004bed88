import { LRUCache } from 'lru-cache'
import { Problem } from '../errors.ts'
import type { Identity } from '../invoice/identity.ts'

/** How many stores, and how many terminals, are remembered. Those that were quiet for longest are forgotten first. */
const MAX_KEYS = 100_000
const WINDOW_SECONDS = 60

/** Invoices per minute; undefined: no limit. */
export interface QuotaLimits {
  readonly perStore: number | undefined
  readonly perTerminal: number | undefined
}

/** Takes one invoice off the quotas of its store and terminal. Returns the problem to answer with if one is used up. */
export type TakeQuota = (identity: Identity) => Problem | null

/**
 * Quotas of this instance. A whole minute's worth may come at once; it becomes free again evenly over the next minute.
 * `now` is a monotonic clock in milliseconds.
 */
export function createQuotas(limits: QuotaLimits, now = () => performance.now()): TakeQuota {
  const quotas = [
    limits.perStore === undefined ? [] : [createQuota('store', limits.perStore, ({ storeId }) => storeId)],
    limits.perTerminal === undefined
      ? []
      : [createQuota('terminal', limits.perTerminal, ({ storeId, terminalId }) => `${storeId}/${terminalId}`)],
  ].flat()

  return (identity) => {
    const atMs = now()
    for (const quota of quotas) {
      const waitMs = quota.waitMs(identity, atMs)
      if (waitMs > 0) return exceeded(quota, waitMs)
    }
    for (const quota of quotas) quota.take(identity, atMs)
    return null
  }
}

interface Quota {
  readonly name: string
  readonly perWindow: number
  waitMs(identity: Identity, atMs: number): number
  take(identity: Identity, atMs: number): void
}

/** A leaky bucket (GCRA): for each key it only keeps the time at which the bucket will be empty again. */
function createQuota(name: string, perWindow: number, keyOf: (identity: Identity) => string): Quota {
  const intervalMs = (WINDOW_SECONDS * 1_000) / perWindow
  // Slightly more than needed, so that rounding errors never cost an invoice.
  const capacityMs = WINDOW_SECONDS * 1_000 - 0.999 * intervalMs
  const emptyAtMs = new LRUCache<string, number>({ max: MAX_KEYS })
  return {
    name,
    perWindow,
    waitMs: (identity, atMs) => (emptyAtMs.get(keyOf(identity)) ?? atMs) - atMs - capacityMs,
    take: (identity, atMs) => {
      const key = keyOf(identity)
      emptyAtMs.set(key, Math.max(emptyAtMs.get(key) ?? atMs, atMs) + intervalMs)
    },
  }
}

/** The header fields are those of the IETF draft "RateLimit header fields for HTTP". */
function exceeded({ name, perWindow }: Quota, waitMs: number): Problem {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000)
  return new Problem('quota-exceeded', `The ${name} has sent its invoices of this minute. Send this one later.`, {
    retryAfterSeconds: retryAfterSeconds + Math.random() * 2,
    headers: {
      ratelimit: `"${name}";r=0;t=${retryAfterSeconds}`,
      'ratelimit-policy': `"${name}";q=${perWindow};w=${WINDOW_SECONDS}`,
    },
  })
}
