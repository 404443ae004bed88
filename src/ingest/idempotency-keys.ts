import { LRUCache } from 'lru-cache'

/** How many keys this instance remembers; the least recently used are forgotten first. */
const MAX_KEYS = 50_000

/**
 * Binds each `Idempotency-Key` (IETF draft) that this instance has seen to the invoice it came with. The natural
 * identity makes sending again safe; the key only warns a till that mixes up its documents. Returns `false` when the
 * key is bound to another identity.
 */
export function createKeyBinding(): (key: string, identity: string) => boolean {
  const bound = new LRUCache<string, string>({ max: MAX_KEYS })
  return (key, identity) => {
    const known = bound.get(key)
    if (known === undefined) bound.set(key, identity)
    return known === undefined || known === identity
  }
}
