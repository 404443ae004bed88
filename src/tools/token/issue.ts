import { randomUUID } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import { type Claims, principalOf } from '../../auth/claims.ts'
import type { Reach } from '../../auth/principal.ts'
import { InputError, UsageError } from '../terminal/input-errors.ts'
import type { WantedClaims } from './options.ts'
import { readInput } from './private-file.ts'

/** A token and what it says, for the record of what was issued. */
export interface Issued {
  readonly token: string
  readonly claims: Claims & { readonly aud: string }
}

const DAY_SECONDS = 86_400

/** Reads a key from `keygen`, and resolves with what signs tokens with it. No server is asked. */
export async function createIssuer(keyFile: string): Promise<(wanted: WantedClaims, now?: Date) => Promise<Issued>> {
  const { key, kid } = await readKey(keyFile)
  return async (wanted, now = new Date()) => {
    const claims = claimsOf(wanted, now)
    return { claims, token: await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid, typ: 'JWT' }).sign(key) }
  }
}

function claimsOf(wanted: WantedClaims, now: Date): Issued['claims'] {
  const iat = Math.floor(now.getTime() / 1_000)
  const claims = {
    sub: wanted.name,
    jti: randomUUID(),
    iat,
    exp: iat + Math.round(wanted.days * DAY_SECONDS),
    aud: wanted.audience,
    scope: wanted.scopes.join(' '),
    stores: listOf(wanted.stores),
    terminals: listOf(wanted.terminals),
  }
  if (principalOf(claims) === null)
    throw new UsageError(
      'no gateway takes such a token: --name is up to 128 letters of ASCII without blanks, lists up to 1,000 ids',
    )
  return claims
}

async function readKey(file: string) {
  const text = await readInput(file)
  try {
    const jwk = JSON.parse(text)
    if (jwk.d === undefined || typeof jwk.kid !== 'string') throw new Error()
    return { key: await importJWK(jwk, 'EdDSA'), kid: jwk.kid as string }
  } catch {
    // Nothing of the file may be repeated: it may hold a secret.
    throw new InputError(`${file} is no private key of tillgate token keygen`)
  }
}

function listOf(reach: Reach): '*' | string[] {
  return reach === '*' ? '*' : [...reach]
}
