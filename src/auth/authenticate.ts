import { hash } from 'node:crypto'
import { errors, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { AuthFailure, AuthResult } from './auth-result.ts'
import type { ClientCertificate } from './certificates.ts'
import { principalOf } from './claims.ts'
import type { KeySet } from './key-set.ts'
import type { Principal } from './principal.ts'
import type { KeyText } from './public-keys.ts'
import { isRevoked, type Revocations } from './revocations.ts'
import { VerificationLimit } from './verification-limit.ts'

export interface AuthenticateOptions {
  readonly keySet: KeySet
  readonly revocations: () => Revocations
  readonly audience: string
  /** The `iss` that tokens must have; undefined: any. */
  readonly issuer: string | undefined
  /** How many verified tokens are remembered; the least recently used are forgotten first. */
  readonly maxTokens: number
  /** Called when a token is seen for the first time, or again after it was forgotten. */
  readonly onFirstUse: (principal: Principal, sender: string) => void
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
/** Whoever waits for keys that are fetched keeps nobody from being verified: an identity provider may take seconds. */
const MAX_WAITING_FOR_KEYS = 1_000

/**
 * Who sent a request, by its `Authorization` field, or by its client's certificate where it has no such field. `sender`
 * is the address that it came from. Returns at once for a token that was verified before; expiry and revocation are
 * looked at every time. The token itself is not kept, only its SHA-256.
 */
export type Authenticate = (
  authorization: string | undefined,
  sender: string,
  certificate?: ClientCertificate | undefined,
) => AuthResult | Promise<AuthResult>

export interface Authenticator {
  readonly authenticate: Authenticate
  /** How many verified tokens are remembered. */
  readonly rememberedTokens: number
}

/** A verified token. */
interface Verified {
  readonly principal: Principal
  /** The key as its set had it. A new set with the same key changes nothing for the token. */
  readonly key: KeyText | undefined
  generation: number
}

export function createAuthenticator(options: AuthenticateOptions): Authenticator {
  const { keySet, revocations, maxTokens, onFirstUse, now = Date.now } = options
  const verified = new LRUCache<string, Verified>({ max: maxTokens })
  const refused = new LRUCache<string, AuthFailure>({ max: MAX_REFUSED, ttl: REFUSED_MS })
  const limit = new VerificationLimit()
  let refusedWith = keySet.generation
  let waitingForKeys = 0

  function verdictOn(principal: Principal): AuthResult {
    if (now() >= principal.expiresAtMs + LEEWAY_SECONDS * 1_000) return failed('expired', principal)
    if (isRevoked(revocations(), principal)) return failed('revoked', principal)
    return { kind: 'principal', principal }
  }

  async function verify(token: string, key: string, sender: string): Promise<AuthResult> {
    const found = await verifyWithNewest(token, sender)
    if (found === 'busy') return failed('busy')
    if (found === 'not-ours' || found === 'malformed') limit.noteBad(sender)
    if (typeof found === 'string') {
      // Without keys nothing is known of the token.
      if (found !== 'no-keys') refused.set(key, found)
      return failed(found)
    }
    verified.set(key, found)
    const verdict = verdictOn(found.principal)
    if (verdict.kind === 'principal') onFirstUse(found.principal, sender)
    return verdict
  }

  /** A token that no key of ours has signed may be signed with one that is newer than ours. */
  async function verifyWithNewest(token: string, sender: string): Promise<Verified | AuthFailure> {
    const { generation } = keySet
    const found = await verifyInTurn(token, sender)
    if (found !== 'no-keys' && found !== 'not-ours') return found
    if (waitingForKeys >= MAX_WAITING_FOR_KEYS) {
      if (found === 'not-ours') limit.noteBad(sender)
      return 'busy'
    }
    waitingForKeys++
    await keySet.refresh().finally(() => waitingForKeys--)
    return keySet.generation === generation ? found : await verifyInTurn(token, sender)
  }

  async function verifyInTurn(token: string, sender: string): Promise<Verified | AuthFailure> {
    if (!(await limit.enter(sender))) return 'busy'
    try {
      return await verifyToken(token, options, now)
    } finally {
      limit.leave()
    }
  }

  /** Whether the key of a token that was verified with earlier keys is still among them. */
  function isKept(token: Verified): boolean {
    if (token.generation === keySet.generation) return true
    const { key } = token
    if (key === undefined || keySet.keys?.about(key.kid)?.text !== key.text) return false
    token.generation = keySet.generation
    return true
  }

  function authenticate(authorization: string | undefined, sender: string): AuthResult | Promise<AuthResult> {
    if (authorization === undefined) return failed('missing')
    const token = tokenOf(authorization)
    if (token === null) return failed('malformed')
    const key = hash('sha256', token, 'binary')
    const known = verified.get(key)
    if (known !== undefined && isKept(known)) return verdictOn(known.principal)
    if (refusedWith !== keySet.generation) {
      refusedWith = keySet.generation
      refused.clear()
    }
    const failure = refused.get(key)
    return failure === undefined ? verify(token, key, sender) : failed(failure)
  }
  return {
    authenticate,
    get rememberedTokens() {
      return verified.size
    },
  }
}

function failed(failure: AuthFailure, principal?: Principal): AuthResult {
  return principal === undefined ? { kind: 'failure', failure } : { kind: 'failure', failure, principal }
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
): Promise<Verified | AuthFailure> {
  const { keys, generation } = keySet
  if (keys === undefined) return 'no-keys'
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys.find, {
      algorithms: ALGORITHMS,
      audience,
      ...(issuer === undefined ? {} : { issuer }),
      clockTolerance: LEEWAY_SECONDS,
      currentDate: new Date(now()),
    })
    const principal = principalOf(payload)
    if (principal === null) return 'claims'
    const { kid } = protectedHeader
    return { principal, key: kid === undefined ? undefined : keys.about(kid), generation }
  } catch (error) {
    return failureOf(error)
  }
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
