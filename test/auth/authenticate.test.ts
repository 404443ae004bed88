import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { suite, test } from 'node:test'
import { type AuthenticateOptions, createAuthenticator } from '../../src/auth/authenticate.ts'
import type { KeySet } from '../../src/auth/key-set.ts'
import { readPublicKeys } from '../../src/auth/public-keys.ts'
import { NO_REVOCATIONS } from '../../src/auth/revocations.ts'
import { AUDIENCE, newKey, type SigningKey, tokenOf } from './tokens.ts'

const key = await newKey('k1')
const other = await newKey('k2')

/** Keys that a test can change. `fresh`: those that a refresh finds. */
function keySetOf(keys: readonly SigningKey[]) {
  const setOf = (of: readonly SigningKey[]) =>
    readPublicKeys(JSON.stringify({ keys: of.map(({ publicJwk }) => publicJwk) }))
  const set = {
    keys: keys.length === 0 ? undefined : setOf(keys),
    generation: 0,
    trouble: undefined,
    refreshes: 0,
    fresh: undefined as readonly SigningKey[] | undefined,
    async refresh() {
      set.refreshes++
      if (set.fresh !== undefined) set.replace(set.fresh)
      set.fresh = undefined
    },
    replace(by: readonly SigningKey[]) {
      set.keys = setOf(by)
      set.generation++
    },
    stop() {},
  }
  return set satisfies KeySet
}

function authenticatorWith(given: Partial<AuthenticateOptions> = {}) {
  const keySet = keySetOf([key])
  const uses: string[] = []
  const authenticator = createAuthenticator({
    keySet,
    revocations: () => NO_REVOCATIONS,
    audience: AUDIENCE,
    issuer: undefined,
    maxTokens: 100,
    onFirstUse: ({ name }) => uses.push(name),
    ...given,
  })
  const authenticate = (authorization: string | undefined, sender = 'here') =>
    authenticator.authenticate(authorization, sender)
  const outcome = async (authorization: string | undefined, sender = 'here') => {
    const result = await authenticate(authorization, sender)
    return result.kind === 'principal' ? result.principal.name : result.failure
  }
  return { authenticator, authenticate, outcome, keySet, uses }
}

const bearer = (token: string) => `Bearer ${token}`
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

suite('a token', () => {
  test('of a key of the gateway names its principal, and is verified once', async () => {
    const { authenticate, uses } = authenticatorWith()
    const authorization = bearer(await tokenOf(key, { stores: '*', scope: 'openid invoices:write invoices:read' }))
    const first = authenticate(authorization)
    assert.ok(first instanceof Promise)
    const result = await first
    assert.ok(result.kind === 'principal')
    const { name, tokenId, stores, terminals, scopes } = result.principal
    assert.deepEqual([name, tokenId, stores, [...(terminals as Set<string>)]], ['till-7', 'token-1', '*', ['T1']])
    assert.deepEqual([...scopes], ['invoices:write', 'invoices:read'])
    assert.deepEqual(authenticate(authorization.replace('Bearer', 'bEARER ')), result, 'at once')
    assert.deepEqual(uses, ['till-7'])
  })

  test('may be signed as identity providers do', async () => {
    for (const alg of ['ES256', 'RS256', 'PS256']) {
      const foreign = await newKey('idp', alg)
      const { outcome } = authenticatorWith({ keySet: keySetOf([foreign]) })
      assert.equal(await outcome(bearer(await tokenOf(foreign, {}, alg))), 'till-7', alg)
    }
  })

  test('that nobody sent, or that is none', async () => {
    const { outcome } = authenticatorWith()
    assert.equal(await outcome(undefined), 'missing')
    const token = await tokenOf(key)
    for (const authorization of ['', 'Bearer', `Basic ${token}`, token, `Bearer ${token} x`, 'Bearer a.b', 'Bearer ..'])
      assert.equal(await outcome(authorization), 'malformed', authorization)
    assert.equal(await outcome(`Bearer ${'a'.repeat(9_000)}.b.c`), 'malformed')
  })

  test('that is not signed by a key of the gateway', async () => {
    const { outcome } = authenticatorWith()
    const [head, body, signature] = (await tokenOf(key)).split('.') as [string, string, string]
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
    const hmac = createHmac('sha256', JSON.stringify(key.publicJwk)).update(`${head}.${body}`).digest('base64url')
    for (const [what, token] of [
      ['another key', await tokenOf(other)],
      ['another key under the same id', await tokenOf({ ...other, kid: 'k1' })],
      ['changed claims', `${head}.${part({ ...claims, stores: '*' })}.${signature}`],
      ['no algorithm', `${part({ alg: 'none' })}.${body}.`],
      ['no algorithm, with a signature', `${part({ alg: 'none', kid: 'k1' })}.${body}.${signature}`],
      ['a symmetric algorithm with the public key', `${part({ alg: 'HS256', kid: 'k1' })}.${body}.${hmac}`],
      ['half a signature', `${head}.${body}.${signature.slice(0, 40)}`],
    ] as const)
      assert.equal(await outcome(bearer(token)), 'not-ours', what)
  })

  test('that is not valid at this time', async () => {
    let now = Date.now()
    const { outcome } = authenticatorWith({ now: () => now })
    const seconds = Math.floor(now / 1_000)
    assert.equal(await outcome(bearer(await tokenOf(key, { exp: seconds - 61 }))), 'expired')
    assert.equal(await outcome(bearer(await tokenOf(key, { exp: seconds - 55 }))), 'till-7', 'clocks may differ')
    assert.equal(await outcome(bearer(await tokenOf(key, { nbf: seconds + 120 }))), 'not-yet-valid')
    const remembered = bearer(await tokenOf(key, { exp: seconds + 10 }))
    assert.equal(await outcome(remembered), 'till-7')
    now += 71_000
    assert.equal(await outcome(remembered), 'expired', 'looked at every time')
  })

  test('that is for somebody else, or says too little', async () => {
    const { outcome } = authenticatorWith({ issuer: 'https://id.example' })
    const iss = 'https://id.example'
    assert.equal(await outcome(bearer(await tokenOf(key, { iss }))), 'till-7')
    assert.equal(await outcome(bearer(await tokenOf(key, { iss, aud: 'other' }))), 'wrong-audience')
    assert.equal(await outcome(bearer(await tokenOf(key, { iss, aud: undefined }))), 'wrong-audience')
    assert.equal(await outcome(bearer(await tokenOf(key))), 'wrong-audience')
    for (const claims of [
      ...[{ sub: undefined }, { sub: '' }, { sub: 'a\nb' }, { jti: undefined }, { iat: undefined }, { exp: undefined }],
      ...[{ stores: undefined }, { stores: [] }, { stores: 'S1' }, { stores: ['S 1'] }, { terminals: [7] }],
      ...[{ scope: undefined }, { scope: ['invoices:write'] }],
    ])
      assert.equal(await outcome(bearer(await tokenOf(key, { iss, ...claims }))), 'claims', JSON.stringify(claims))
  })

  test('that is revoked, by its id or with its store, while it is remembered', async () => {
    let revocations = NO_REVOCATIONS
    const { outcome } = authenticatorWith({ revocations: () => revocations })
    const [till, office] = [bearer(await tokenOf(key)), bearer(await tokenOf(key, { stores: '*', jti: 'office' }))]
    for (const token of [till, office]) assert.equal(await outcome(token), 'till-7')
    revocations = { ...NO_REVOCATIONS, stores: new Map([['S1', Date.now() + 1_000]]) }
    assert.equal(await outcome(till), 'revoked')
    assert.equal(await outcome(office), 'till-7', 'a token for all stores is not a store’s')
    revocations = { ...NO_REVOCATIONS, tokens: new Set(['office']), stores: new Map([['S1', 0]]) }
    assert.equal(await outcome(office), 'revoked')
    assert.equal(await outcome(till), 'till-7')
  })
})

suite('the keys', () => {
  test('are looked for again when a token has an unknown one, and what was known of tokens is forgotten', async () => {
    const { outcome, keySet, uses } = authenticatorWith()
    const [old, young] = [bearer(await tokenOf(key)), bearer(await tokenOf(other, { sub: 'till-8' }))]
    assert.equal(await outcome(old), 'till-7')
    assert.equal(await outcome(young), 'not-ours')
    assert.equal(keySet.refreshes, 1)
    assert.equal(await outcome(young), 'not-ours')
    assert.equal(keySet.refreshes, 1, 'a refused token is remembered')

    keySet.replace([key, other])
    assert.equal(await outcome(young), 'till-8', 'both count while keys are rotated')
    assert.equal(await outcome(old), 'till-7')
    keySet.replace([other])
    assert.equal(await outcome(old), 'not-ours', 'the old key is gone')
    assert.deepEqual(uses, ['till-7', 'till-8'], 'a token whose key stays is not verified again')
    keySet.replace([{ ...key, kid: 'k2', publicJwk: { ...key.publicJwk, kid: 'k2' } }])
    assert.equal(await outcome(young), 'not-ours', 'another key under the same id')
  })

  test('that a refresh finds count for the token that asked for it', async () => {
    const { outcome, keySet } = authenticatorWith()
    keySet.fresh = [key, other]
    assert.equal(await outcome(bearer(await tokenOf(other))), 'till-7')
  })

  test('that were never read say nothing about a token', async () => {
    const keySet = keySetOf([])
    const { outcome } = authenticatorWith({ keySet })
    const authorization = bearer(await tokenOf(key))
    assert.equal(await outcome(authorization), 'no-keys')
    keySet.fresh = [key]
    assert.equal(await outcome(authorization), 'till-7')
  })
})

test('the memory for tokens is bounded; a forgotten token is verified again', async () => {
  const { authenticator: all, outcome, uses } = authenticatorWith({ maxTokens: 2 })
  const tokens = await Promise.all([1, 2, 3].map((n) => tokenOf(key, { sub: `till-${n}` })))
  for (const token of [...tokens, ...tokens]) await outcome(bearer(token))
  assert.equal(uses.length, 6)
  assert.equal(all.rememberedTokens, 2)
})

suite('made-up tokens', async () => {
  const [head, body] = (await tokenOf(key)).split('.') as [string, string]
  const madeUp = (n: number) => bearer(`${head}.${body}.${Buffer.alloc(64, `${n} `).toString('base64url')}`)

  test('of one sender are verified 100 times, then a few a second; other senders and known tokens are not touched', async () => {
    const { outcome } = authenticatorWith()
    const [known, young] = [bearer(await tokenOf(key)), bearer(await tokenOf(key, { sub: 'till-8' }))]
    assert.equal(await outcome(known, 'flood'), 'till-7')
    for (let n = 0; n < 100; n++) assert.equal(await outcome(madeUp(n), 'flood'), 'not-ours')
    const outcomes = new Set<string>()
    for (let n = 100; n < 200; n++) outcomes.add(await outcome(madeUp(n), 'flood'))
    assert.ok(outcomes.has('busy'))
    assert.equal(await outcome(known, 'flood'), 'till-7')
    assert.equal(await outcome(young, 'till'), 'till-8')
  })

  test('wait for new keys without holding up tokens of ours, 1,000 at most', async () => {
    const { outcome, keySet } = authenticatorWith()
    const fetched = Promise.withResolvers<void>()
    keySet.refresh = () => fetched.promise
    const flood = Promise.all(Array.from({ length: 1_000 }, (_, n) => outcome(madeUp(n), `sender-${n % 20}`)))
    assert.equal(await outcome(bearer(await tokenOf(key)), 'till'), 'till-7', 'although nobody answers for the keys')
    for (let n = 0; n < 100; n++) assert.equal(await outcome(madeUp(1_000 + n), 'late'), 'busy')
    fetched.resolve()
    assert.deepEqual(new Set(await flood), new Set(['not-ours']))
    assert.equal(await outcome(madeUp(2_000), 'sender-0'), 'not-ours', 'fewer than 100 of this sender were bad')
    const outcomes = new Set<string>()
    for (let n = 0; n < 60; n++) outcomes.add(await outcome(madeUp(3_000 + n), 'late'))
    assert.ok(outcomes.has('busy'), 'those that found no place count as well')
  })

  test('are not those that new keys are for, however many come at once', async () => {
    const { outcome, keySet } = authenticatorWith()
    keySet.fresh = [key, other]
    const tokens = await Promise.all(Array.from({ length: 150 }, (_, n) => tokenOf(other, { sub: `till-${n}` })))
    const outcomes = await Promise.all(tokens.map((token) => outcome(bearer(token), 'load balancer')))
    assert.deepEqual(
      outcomes,
      [...tokens.keys()].map((n) => `till-${n}`),
    )
    assert.equal(await outcome(madeUp(1), 'load balancer'), 'not-ours', 'none of them counted')
  })

  test('of all senders together wait, 1,000 at most', async () => {
    const { outcome } = authenticatorWith()
    const outcomes = await Promise.all(Array.from({ length: 1_100 }, (_, n) => outcome(madeUp(n), `sender-${n}`)))
    assert.equal(outcomes.filter((known) => known === 'busy').length, 84)
    assert.equal(await outcome(bearer(await tokenOf(key))), 'till-7', 'and again when they are done')
  })
})
