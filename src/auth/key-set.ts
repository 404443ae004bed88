import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose'
import { within } from '../waiting.ts'
import { WatchedFile } from './watched-file.ts'

/** The public keys that tokens are verified with. */
export interface KeySet {
  /** Resolves a token's key; undefined: no keys were ever read. */
  readonly keys: LocalJWKSet | undefined
  /** Raised with each new set of keys: what was found out with the old ones no longer counts. */
  readonly generation: number
  /** Why the keys may be out of date; undefined if they are not. */
  readonly trouble: string | undefined
  /** Looks for new keys now, unless that was done a moment ago. Never rejects. */
  refresh(): Promise<void>
  stop(): void
}

/** No key: no token is taken. */
export const NO_KEYS: KeySet = {
  keys: createLocalJWKSet({ keys: [] }),
  generation: 0,
  trouble: undefined,
  refresh: async () => {},
  stop: () => {},
}

/** Keys in a file, a JWKS (RFC 7517). The file may change at any time. Rejects when it cannot be read at the start. */
export async function keysFromFile(file: string, onTrouble: (reason: string) => void): Promise<KeySet> {
  let generation = 0
  const watched = await WatchedFile.open({
    file,
    read: (text) => createLocalJWKSet(publicKeys(JSON.parse(text))),
    onTrouble,
    onChange: () => generation++,
  })
  return {
    get keys() {
      return watched.value
    },
    get generation() {
      return generation
    },
    get trouble() {
      return watched.trouble
    },
    refresh: () => watched.reread(),
    stop: () => watched.stop(),
  }
}

export interface KeyUrlOptions {
  readonly url: URL
  readonly onTrouble: (reason: string) => void
  /** How often new keys are looked for. */
  readonly refreshMs?: number
  /** The least time between two looks, however many tokens have an unknown key. */
  readonly pauseMs?: number
  readonly timeoutMs?: number
}

const MAX_KEYS_BYTES = 1_048_576

/**
 * Keys of an identity provider. They are fetched every five minutes, and when a token names an unknown one. While the
 * provider is away, the last keys go on to count. Resolves when the first attempt has ended, whether it had keys or not.
 */
export async function keysFromUrl(options: KeyUrlOptions): Promise<KeySet> {
  const { url, onTrouble, refreshMs = 300_000, pauseMs = 10_000, timeoutMs = 5_000 } = options
  let keys: LocalJWKSet | undefined
  let text = ''
  let generation = 0
  let trouble: string | undefined
  let askedAtMs = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined

  async function ask(): Promise<void> {
    askedAtMs = performance.now()
    try {
      const found = await fetchText(url, timeoutMs)
      if (found !== text) {
        keys = createLocalJWKSet(publicKeys(JSON.parse(found)))
        text = found
        generation++
      }
      trouble = undefined
    } catch (error) {
      const reason = `${url.href}: ${(error as Error).message}`
      if (reason !== trouble) onTrouble(reason)
      trouble = reason
    }
  }

  async function refresh(): Promise<void> {
    if (asking === undefined && performance.now() - askedAtMs < pauseMs) return
    asking ??= ask().finally(() => {
      asking = undefined
    })
    await asking
  }

  await ask()
  const timer = setInterval(refresh, refreshMs)
  return {
    get keys() {
      return keys
    },
    get generation() {
      return generation
    },
    get trouble() {
      return trouble
    },
    refresh,
    stop: () => clearInterval(timer),
  }
}

async function fetchText(url: URL, timeoutMs: number): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (response.status !== 200) throw new Error(`answered ${response.status}`)
  const text = await within(timeoutMs, response.text())
  if (typeof text !== 'string') throw new Error('the answer did not come to its end in time')
  if (text.length > MAX_KEYS_BYTES) throw new Error('the answer is too long')
  return text
}

/** Types of keys with a public half. A symmetric key in the file would let everybody who can read it make tokens. */
const PUBLIC_TYPES: ReadonlySet<unknown> = new Set(['OKP', 'EC', 'RSA'])

export function publicKeys(document: unknown): JSONWebKeySet {
  const keys: unknown = Object(document).keys
  if (!Array.isArray(keys)) throw new Error('it is no JWKS: it has no list of keys')
  for (const key of keys) {
    const { kty, d } = Object(key)
    if (!PUBLIC_TYPES.has(kty)) throw new Error('it has a key that is not public')
    if (d !== undefined) throw new Error('it has a private key, which must stay with whoever issues tokens')
  }
  return document as JSONWebKeySet
}
