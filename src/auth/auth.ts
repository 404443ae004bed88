import { type Authenticate, type Authenticator, createAuthenticator } from './authenticate.ts'
import { type CertificateOptions, createCertificateAuth, type Holders, readHolders } from './certificates.ts'
import { type KeySet, keysFromFile, keysFromUrl, NO_KEYS } from './key-set.ts'
import type { Principal } from './principal.ts'
import { NO_REVOCATIONS, type Revocations, readRevocations } from './revocations.ts'
import { WatchedFile } from './watched-file.ts'

export interface AuthOptions {
  /** Where the public keys are; undefined: no token is taken, only certificates. */
  readonly keys: { readonly file: string } | { readonly url: URL } | undefined
  /** What the holders of client certificates may do. */
  readonly certificatesFile: string | undefined
  readonly revocationsFile: string | undefined
  readonly audience: string
  readonly issuer: string | undefined
  readonly maxTokens: number
  readonly onFirstUse: (principal: Principal, sender: string, by: 'token' | 'certificate') => void
  /** Called with the ids of each new set of keys. */
  readonly onKeys: (ids: readonly string[]) => void
  /** Called with each new set of revocations. */
  readonly onRevocations: (revocations: Revocations) => void
  /** Called when keys or revocations cannot be read again; the last ones go on to count. */
  readonly onTrouble: (reason: string) => void
}

/** Tokens and what decides about them, kept up to date until `stop`. */
export interface Auth extends Authenticator {
  /** Why no token can be verified: no keys were ever read. Undefined if it can. */
  readonly noKeys: string | undefined
  /** What may be out of date, in words. */
  readonly troubles: readonly string[]
  stop(): void
}

/** Rejects when a file cannot be read at the start. An identity provider may be away. */
export async function startAuth(options: AuthOptions): Promise<Auth> {
  const { revocationsFile, certificatesFile, audience, issuer, maxTokens, onFirstUse, onRevocations, onTrouble } =
    options
  const keySet = await openKeys(options)
  let revocations: WatchedFile<Revocations> | undefined
  let holders: WatchedFile<Holders> | undefined
  const stop = () => {
    for (const part of [keySet, revocations, holders]) part?.stop()
  }
  try {
    if (revocationsFile !== undefined) {
      const file = revocationsFile
      revocations = await WatchedFile.open({ file, read: readRevocations, onTrouble, onChange: onRevocations })
      onRevocations(revocations.value)
    }
    if (certificatesFile !== undefined)
      holders = await WatchedFile.open({ file: certificatesFile, read: readHolders, onTrouble })
  } catch (error) {
    stop()
    throw error
  }
  const current = () => revocations?.value ?? NO_REVOCATIONS
  const authenticator = createAuthenticator({
    ...{ keySet, audience, issuer, maxTokens, revocations: current },
    onFirstUse: (principal, sender) => onFirstUse(principal, sender, 'token'),
  })
  return {
    authenticate:
      holders === undefined
        ? authenticator.authenticate
        : orByCertificate(authenticator.authenticate, {
            holders: () => holders.value,
            revocations: current,
            onFirstUse: (principal, sender) => onFirstUse(principal, sender, 'certificate'),
          }),
    get rememberedTokens() {
      return authenticator.rememberedTokens
    },
    get noKeys() {
      return keySet.keys === undefined ? `no keys for tokens: ${keySet.trouble}` : undefined
    },
    get troubles() {
      return [keySet.trouble, revocations?.trouble, holders?.trouble].filter((trouble) => trouble !== undefined)
    },
    stop,
  }
}

function openKeys({ keys, onKeys, onTrouble }: AuthOptions): Promise<KeySet> | KeySet {
  if (keys === undefined) return NO_KEYS
  const events = { onKeys, onTrouble }
  return 'file' in keys ? keysFromFile(keys.file, events) : keysFromUrl({ url: keys.url, ...events })
}

/** A token says more than a certificate: whoever sends one is who it says, or nobody. */
function orByCertificate(byToken: Authenticate, options: CertificateOptions): Authenticate {
  const byCertificate = createCertificateAuth(options)
  return (authorization, sender, certificate) =>
    authorization === undefined && certificate !== undefined
      ? byCertificate(certificate, sender)
      : byToken(authorization, sender)
}
