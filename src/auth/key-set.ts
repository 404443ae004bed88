import { within } from '../waiting.ts'
import { type PublicKeys, readPublicKeys } from './public-keys.ts'
import { WatchedFile } from './watched-file.ts'

/** The public keys that tokens are verified with. */
export interface KeySet {
  /** Undefined: none were ever read. */
  readonly keys: PublicKeys | undefined
  /** Raised with each new set of keys. */
  readonly generation: number
  /** Why the keys may be out of date; undefined if they are not. */
  readonly trouble: string | undefined
  /** Looks for new keys now, unless that was done a moment ago. Never rejects. */
  refresh(): Promise<void>
  stop(): void
}

/** No key: no token is taken. */
export const NO_KEYS: KeySet = {
  keys: readPublicKeys('{"keys":[]}'),
  generation: 0,
  trouble: undefined,
  refresh: async () => {},
  stop: () => {},
}

export interface KeyEvents {
  /** Called with the ids of each new set of keys. */
  readonly onKeys: (ids: readonly string[]) => void
  /** Called when keys cannot be read; the last ones go on to count. */
  readonly onTrouble: (reason: string) => void
}

/** The least time between two extra looks at a file, however many tokens have an unknown key. */
const FILE_PAUSE_MS = 1_000

/** Keys in a file, a JWKS (RFC 7517). The file may change at any time. Rejects when it cannot be read at the start. */
export async function keysFromFile(
  file: string,
  { onKeys, onTrouble }: KeyEvents,
  pauseMs = FILE_PAUSE_MS,
): Promise<KeySet> {
  let generation = 0
  let reread: Promise<void> | undefined
  let rereadAtMs = Number.NEGATIVE_INFINITY
  const watched = await WatchedFile.open({
    file,
    read: readPublicKeys,
    onTrouble,
    onChange: ({ ids }) => {
      generation++
      onKeys(ids)
    },
  })
  onKeys(watched.value.ids)
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
    refresh: async () => {
      if (performance.now() - rereadAtMs >= pauseMs) {
        rereadAtMs = performance.now()
        reread = watched.reread()
      }
      await reread
    },
    stop: () => watched.stop(),
  }
}

export interface KeyUrlOptions extends KeyEvents {
  readonly url: URL
  /** The least time between two looks, however many tokens have an unknown key. */
  readonly pauseMs?: number
  readonly timeoutMs?: number
}

/** How often new keys are looked for at an identity provider. */
const REFRESH_MS = 300_000
const MAX_KEYS_BYTES = 1_048_576

/**
 * Keys of an identity provider. They are fetched every five minutes, and when a token names an unknown one. While the
 * provider is away, the last keys go on to count. Resolves when the first attempt has ended, whether it had keys or not.
 */
export async function keysFromUrl(options: KeyUrlOptions): Promise<KeySet> {
  const { url, onKeys, onTrouble, pauseMs = 10_000, timeoutMs = 5_000 } = options
  let keys: PublicKeys | undefined
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
        keys = readPublicKeys(found)
        text = found
        generation++
        onKeys(keys.ids)
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
  const timer = setInterval(refresh, REFRESH_MS)
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
