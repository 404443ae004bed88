import { LRUCache } from 'lru-cache'
import { Problem } from '../errors.ts'
import type { Identity } from '../invoice/identity.ts'

/** How many stores and terminals are remembered, each; the ones that were quiet for longest are forgotten first. */
const MAX_KEYS = 100_000
const WINDOW_SECONDS = 60

/** Invoices a minute; undefined: as many as they like. */
export interface QuotaLimits {
  readonly perStore: number | undefined
  readonly perTerminal: number | undefined
}

/** Takes one invoice off the quotas of its store and terminal. Returns the problem to answer when one is used up. */
export type TakeQuota = (identity: Identity) => Problem | null

/**
 * Quotas of this instance: a whole minute's worth may come at once, and comes back evenly over the next minute.
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

/** A leaky bucket (GCRA): all it keeps of a key is when its bucket will be empty again. */
function createQuota(name: string, perWindow: number, keyOf: (identity: Identity) => string): Quota {
  const intervalMs = (WINDOW_SECONDS * 1_000) / perWindow
  // A little more, so that what additions lose to rounding never costs an invoice.
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
