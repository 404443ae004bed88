import { type Authenticate, createAuthenticate } from './authenticate.ts'
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
  readonly onFirstUse: (principal: Principal, by: 'token' | 'certificate') => void
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
  const { revocationsFile, certificatesFile, audience, issuer, maxTokens, onFirstUse, onTrouble } = options
  const keySet = await openKeys(options)
  let revocations: WatchedFile<Revocations> | undefined
  let holders: WatchedFile<Holders> | undefined
  const stop = () => {
    for (const part of [keySet, revocations, holders]) part?.stop()
  }
  try {
    if (revocationsFile !== undefined)
      revocations = await WatchedFile.open({ file: revocationsFile, read: readRevocations, onTrouble })
    if (certificatesFile !== undefined)
      holders = await WatchedFile.open({ file: certificatesFile, read: readHolders, onTrouble })
  } catch (error) {
    stop()
    throw error
  }
  const current = () => revocations?.value ?? NO_REVOCATIONS
  const byToken = createAuthenticate({
    ...{ keySet, audience, issuer, maxTokens, revocations: current },
    onFirstUse: (principal) => onFirstUse(principal, 'token'),
  })
  return {
    authenticate:
      holders === undefined
        ? byToken
        : orByCertificate(byToken, {
            holders: () => holders.value,
            revocations: current,
            onFirstUse: (principal) => onFirstUse(principal, 'certificate'),
          }),
    get troubles() {
      return [keySet.trouble, revocations?.trouble, holders?.trouble].filter((trouble) => trouble !== undefined)
    },
    stop,
  }
}

function openKeys({ keys, onTrouble }: AuthOptions): Promise<KeySet> | KeySet {
  if (keys === undefined) return NO_KEYS
  return 'file' in keys ? keysFromFile(keys.file, onTrouble) : keysFromUrl({ url: keys.url, onTrouble })
}

/** A token says more than a certificate: whoever sends one is who it says, or nobody. */
function orByCertificate(byToken: Authenticate, options: CertificateOptions): Authenticate {
  const byCertificate = createCertificateAuth(options)
  return (authorization, certificate) =>
    authorization === undefined && certificate !== undefined ? byCertificate(certificate) : byToken(authorization)
}
