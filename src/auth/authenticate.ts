import { hash } from 'node:crypto'
import { errors, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { ClientCertificate } from './certificates.ts'
import { principalOf } from './claims.ts'
import type { KeySet } from './key-set.ts'
import type { Principal } from './principal.ts'
import { isRevoked, type Revocations } from './revocations.ts'

/** Why a request has no principal. */
export type AuthFailure =
  /** It has no token. */
  | 'missing'
  /** It has something that is no token. */
  | 'malformed'
  /** No key of the gateway has signed the token, or it was changed. */
  | 'not-ours'
  | 'expired'
  | 'not-yet-valid'
  /** It is for another service, or from another issuer. */
  | 'wrong-audience'
  /** A claim that the gateway needs is missing or not as it should be. */
  | 'claims'
  | 'revoked'
  /** The gateway has no keys yet: the identity provider cannot be reached. */
  | 'no-keys'
  /** No authority of ours vouches for the client's certificate. */
  | 'certificate-untrusted'
  /** The file of holders has none of its names, or more than one. */
  | 'certificate-unknown'
  | 'certificate-expired'
  | 'certificate-revoked'

export type AuthResult =
  | { readonly kind: 'principal'; readonly principal: Principal }
  | { readonly kind: 'failure'; readonly failure: AuthFailure }

export interface AuthenticateOptions {
  readonly keySet: KeySet
  readonly revocations: () => Revocations
  readonly audience: string
  /** The `iss` that tokens must have; undefined: any. */
  readonly issuer: string | undefined
  /** How many verified tokens are remembered; the least recently used are forgotten first. */
  readonly maxTokens: number
  /** Called when a token is seen for the first time, or again after it was forgotten. */
  readonly onFirstUse: (principal: Principal) => void
  readonly now?: () => number
}

/** The algorithms that are taken: signatures with a public key alone. `none` and the symmetric ones are not among them. */
export const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'RS256', 'PS256']
/** How far a clock may be off. */
const LEEWAY_SECONDS = 60
const MAX_TOKEN_LENGTH = 8_192
/** Tokens that were refused are remembered too: a till that keeps on sending one must not cost a verification each time. */
const MAX_REFUSED = 10_000
const REFUSED_MS = 30_000

/**
 * Who sent a request, by its `Authorization` field, or by its client's certificate where it has no such field. Returns at once for a token that was verified before; expiry and
 * revocation are looked at every time. The token itself is not kept, only its SHA-256.
 */
export type Authenticate = (
  authorization: string | undefined,
  certificate?: ClientCertificate | undefined,
) => AuthResult | Promise<AuthResult>

export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { keySet, revocations, maxTokens, onFirstUse, now = Date.now } = options
  const verified = new LRUCache<string, Principal>({ max: maxTokens })
  const refused = new LRUCache<string, AuthFailure>({ max: MAX_REFUSED, ttl: REFUSED_MS })
  let generation = keySet.generation

  function verdictOn(principal: Principal): AuthResult {
    if (now() >= principal.expiresAtMs + LEEWAY_SECONDS * 1_000) return failed('expired')
    if (isRevoked(revocations(), principal)) return failed('revoked')
    return { kind: 'principal', principal }
  }

  async function verify(token: string, key: string): Promise<AuthResult> {
    const found = await verifyToken(token, options, now)
    if (typeof found === 'string') {
      // Without keys nothing is known of the token.
      if (found !== 'no-keys') refused.set(key, found)
      return failed(found)
    }
    verified.set(key, found)
    const verdict = verdictOn(found)
    if (verdict.kind === 'principal') onFirstUse(found)
    return verdict
  }

  return (authorization) => {
    if (authorization === undefined) return failed('missing')
    const token = tokenOf(authorization)
    if (token === null) return failed('malformed')
    if (generation !== keySet.generation) {
      generation = keySet.generation
      verified.clear()
      refused.clear()
    }
    const key = hash('sha256', token, 'base64')
    const known = verified.get(key)
    if (known !== undefined) return verdictOn(known)
    const failure = refused.get(key)
    return failure === undefined ? verify(token, key) : failed(failure)
  }
}

function failed(failure: AuthFailure): AuthResult {
  return { kind: 'failure', failure }
}

/** The scheme is in any letter case (RFC 9110, 11.1); the token is RFC 6750's. */
function tokenOf(authorization: string): string | null {
  if (authorization.length > MAX_TOKEN_LENGTH) return null
  return /^bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)$/i.exec(authorization)?.[1] ?? null
}

async function verifyToken(
  token: string,
  { keySet, audience, issuer }: AuthenticateOptions,
  now: () => number,
): Promise<Principal | AuthFailure> {
  const attempt = async () => {
    const { keys } = keySet
    if (keys === undefined) return 'no-keys'
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        audience,
        ...(issuer === undefined ? {} : { issuer }),
        clockTolerance: LEEWAY_SECONDS,
        currentDate: new Date(now()),
      })
      return principalOf(payload) ?? 'claims'
    } catch (error) {
      return failureOf(error)
    }
  }
  const found = await attempt()
  if (found !== 'no-keys' && found !== 'not-ours') return found
  // It may be signed with a key that is newer than ours.
  const before = keySet.generation
  await keySet.refresh()
  return keySet.generation === before ? found : await attempt()
}

function failureOf(error: unknown): AuthFailure {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return 'not-yet-valid'
    return error.claim === 'aud' || error.claim === 'iss' ? 'wrong-audience' : 'claims'
  }
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return 'malformed'
  return 'not-ours'
}
