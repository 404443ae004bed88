import { randomBytes, randomUUID } from 'node:crypto'
import { type Attack, JSON_TYPE, type Means, POST, request } from './attack.ts'
import { newSale } from './bodies.ts'
import { flood } from './uses.ts'

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const hour = () => Math.floor(Date.now() / 1_000) + 3_600
const claims = () => ({
  sub: 'x',
  jti: randomUUID(),
  exp: hour(),
  aud: 'tillgate',
  scope: 'invoices:write',
  stores: '*',
})
const forged = (header: object, signature: string) => `${encoded(header)}.${encoded(claims())}.${signature}`

const posts = (
  name: string,
  what: string,
  token: (means: Means, index: number) => string | Promise<string>,
): Attack => ({
  name,
  what,
  connections: 16,
  auth: 'required',
  use: flood(async (index, _count, means) => {
    const authorization = `Bearer ${await token(means, index)}`
    return request(POST, { ...JSON_TYPE, authorization }, newSale(index))
  }),
})

/** Attacks on a gateway that asks for tokens. */
export const TOKEN_ATTACKS: readonly Attack[] = [
  {
    name: 'no-token',
    what: 'posts without a token',
    connections: 16,
    auth: 'required',
    use: flood((index) => request(POST, JSON_TYPE, newSale(index))),
  },
  posts('garbage-tokens', 'random bytes for tokens', () => randomBytes(300).toString('base64url')),
  posts('long-tokens', 'tokens of 12 KB', () => `${'a'.repeat(4_000)}.${'b'.repeat(4_000)}.${'c'.repeat(4_000)}`),
  posts('alg-none', 'tokens that nobody signed, alg none', () => forged({ alg: 'none' }, '')),
  posts('forged-tokens', 'a new token each time, with the name of a known key and a wrong signature', () =>
    forged({ alg: 'EdDSA', kid: 'attack' }, randomBytes(64).toString('base64url')),
  ),
  posts('unknown-keys', 'a new token each time, of a key that is not known', () =>
    forged({ alg: 'EdDSA', kid: randomUUID() }, randomBytes(64).toString('base64url')),
  ),
  posts('distinct-tokens', 'a new valid token for each post', ({ sign }) => sign!({ jti: randomUUID() })),
  posts(
    'other-store',
    'a valid token of another store',
    ({ sign }, index) => (foreign[index] ??= sign!({ stores: ['ELSEWHERE'] })),
  ),
  posts('one-token', 'a valid token, as many posts as are taken', ({ token }) => token!),
]

const foreign: Promise<string>[] = []
