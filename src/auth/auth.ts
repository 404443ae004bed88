import { type Authenticate, createAuthenticate } from './authenticate.ts'
import { type KeySet, keysFromFile, keysFromUrl } from './key-set.ts'
import type { Principal } from './principal.ts'
import { NO_REVOCATIONS, type Revocations, readRevocations } from './revocations.ts'
import { WatchedFile } from './watched-file.ts'

export interface AuthOptions {
  /** Where the public keys are. */
  readonly keys: { readonly file: string } | { readonly url: URL }
  readonly revocationsFile: string | undefined
  readonly audience: string
  readonly issuer: string | undefined
  readonly maxTokens: number
  readonly onFirstUse: (principal: Principal) => void
  /** Called when keys or revocations cannot be read again; the last ones go on to count. */
  readonly onTrouble: (reason: string) => void
}

/** Tokens and what decides about them, kept up to date until `stop`. */
export interface Auth {
  readonly authenticate: Authenticate
  /** What may be out of date, in words. */
  readonly troubles: readonly string[]
  stop(): void
}

/** Rejects when a file cannot be read at the start. An identity provider may be away. */
export async function startAuth(options: AuthOptions): Promise<Auth> {
  const { keys, revocationsFile, audience, issuer, maxTokens, onFirstUse, onTrouble } = options
  const keySet: KeySet =
    'file' in keys ? await keysFromFile(keys.file, onTrouble) : await keysFromUrl({ url: keys.url, onTrouble })
  let revocations: WatchedFile<Revocations> | undefined
  try {
    if (revocationsFile !== undefined)
      revocations = await WatchedFile.open({ file: revocationsFile, read: readRevocations, onTrouble })
  } catch (error) {
    keySet.stop()
    throw error
  }
  return {
    authenticate: createAuthenticate({
      keySet,
      revocations: () => revocations?.value ?? NO_REVOCATIONS,
      ...{ audience, issuer, maxTokens, onFirstUse },
    }),
    get troubles() {
      return [keySet.trouble, revocations?.trouble].filter((trouble) => trouble !== undefined)
    },
    stop() {
      keySet.stop()
      revocations?.stop()
    },
  }
}
