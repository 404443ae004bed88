import { type Static, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type Principal, type Reach, SCOPES, type Scope } from './principal.ts'

/** Of stores or terminals in one token. A head office has `*`. */
const MAX_LISTED = 1_000

const ID = '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$'
/** Of a claim or a file: stores or terminals. */
export const reach = (description: string) =>
  Type.Union([Type.Literal('*'), Type.Array(Type.String({ pattern: ID }), { minItems: 1, maxItems: MAX_LISTED })], {
    description,
  })
const seconds = (description: string) => Type.Number({ minimum: 0, maximum: 2 ** 40, description })

/** The claims of a token. Others, such as those of an identity provider, mean nothing here. */
const ClaimsSchema = Type.Object({
  sub: Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$', description: 'Whom it was issued to: a name for logs.' }),
  jti: Type.String({ pattern: '^[\\x21-\\x7e]{1,64}$', description: 'Its own id, by which it is revoked.' }),
  iat: seconds('When it was issued, in seconds since 1970.'),
  exp: seconds('When it ends, in seconds since 1970.'),
  scope: Type.String({ maxLength: 256, description: 'What it may be used for, separated by blanks.' }),
  stores: reach('The stores that it is for.'),
  terminals: reach('The terminals that it is for.'),
})

export type Claims = Static<typeof ClaimsSchema>

const check = TypeCompiler.Compile(ClaimsSchema)

/** The principal of verified claims; null if one is missing or not as it should be. */
export function principalOf(claims: unknown): Principal | null {
  if (!check.Check(claims)) return null
  const { sub, jti, iat, exp, scope, stores, terminals } = claims
  return {
    name: sub,
    tokenId: jti,
    stores: reachOf(stores),
    terminals: reachOf(terminals),
    scopes: scopesOf(scope),
    issuedAtMs: iat * 1_000,
    expiresAtMs: exp * 1_000,
  }
}

/** One set for all tokens with the same scopes. */
const SCOPE_SETS = new Map<string, ReadonlySet<Scope>>()

/** The scopes in a text, where blanks separate them. Others are left out. */
export function scopesOf(claim: string): ReadonlySet<Scope> {
  const names = claim.split(' ')
  const scopes = SCOPES.filter((scope) => names.includes(scope))
  const key = scopes.join(' ')
  const known = SCOPE_SETS.get(key) ?? new Set(scopes)
  SCOPE_SETS.set(key, known)
  return known
}

/** An array of a few ids takes a fifth of the memory of a set, which counts with 400,000 tokens. */
const MAX_IN_ARRAY = 8

export function reachOf(claim: '*' | readonly string[]): Reach {
  if (claim === '*' || claim.length <= MAX_IN_ARRAY) return claim
  return new Set(claim)
}
