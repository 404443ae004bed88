import { LRUCache } from 'lru-cache'
import type { Principal } from '../auth/principal.ts'

/** How many keys this instance remembers; the least recently used are forgotten first. */
const MAX_KEYS = 50_000

/**
 * Binds each `Idempotency-Key` (IETF draft) to the invoice that was acknowledged with it. The natural identity makes
 * sending again safe; the key only warns a till that mixes up its documents.
 */
export interface KeyBinding {
  /** Whether the key is bound to this identity, or to none. */
  isFor(key: string, identity: string): boolean
  /** Binds the key to an acknowledged invoice, unless it is bound. */
  bind(key: string, identity: string): void
}

export function createKeyBinding(): KeyBinding {
  const bound = new LRUCache<string, string>({ max: MAX_KEYS })
  return {
    isFor(key, identity) {
      const known = bound.get(key)
      return known === undefined || known === identity
    },
    bind(key, identity) {
      // Of two invoices that were under way with the same key, the first one keeps it.
      if (!bound.has(key)) bound.set(key, identity)
    },
  }
}

/** A key as its sender means it: the same key of two principals is two keys. A name has no blank in it. */
export function scopedKey(principal: Pick<Principal, 'name'> | null, key: string): string {
  return `${principal?.name ?? ''} ${key}`
}
