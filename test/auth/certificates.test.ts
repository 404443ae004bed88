import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { createCertificateAuth, type Holders, namesIn, readHolders } from '../../src/auth/certificates.ts'
import type { Principal } from '../../src/auth/principal.ts'
import { NO_REVOCATIONS, type Revocations } from '../../src/auth/revocations.ts'
import { type CertificateOptions, createAuthority } from '../harness/certificates.ts'

const NAME = 'till-7.example'
const HOLDER = { stores: ['S1'], terminals: '*', scope: 'invoices:write' }
const authority = createAuthority()

function shown(names: readonly string[], more: CertificateOptions = {}, isTrusted = true) {
  const { cert } = authority.issue('till', { names, ...more })
  return { certificate: new X509Certificate(cert), isTrusted }
}

function world(file: unknown = { [NAME]: HOLDER }) {
  const state: { holders: Holders; revocations: Revocations; nowMs: number } = {
    holders: readHolders(JSON.stringify(file)),
    revocations: NO_REVOCATIONS,
    nowMs: Date.now(),
  }
  const used: Principal[] = []
  const byCertificate = createCertificateAuth({
    holders: () => state.holders,
    revocations: () => state.revocations,
    onFirstUse: (principal) => used.push(principal),
    now: () => state.nowMs,
  })
  const authenticate = (certificate: ReturnType<typeof shown>) => byCertificate(certificate, '10.0.0.7')
  const failure = (certificate: ReturnType<typeof shown>) => {
    const result = authenticate(certificate)
    return result.kind === 'failure' ? result.failure : 'none'
  }
  return { state, used, authenticate, failure }
}

test('the holder of a certificate may do what the file says for its name, whatever kind of name it is', () => {
  for (const [san, name] of [
    [`DNS:${NAME}`, NAME],
    ['URI:urn:store:DE-0117', 'urn:store:DE-0117'],
    ['email:head@office.example', 'head@office.example'],
  ] as const) {
    const { authenticate, used } = world({ [name]: HOLDER })
    const result = authenticate(shown(['DNS:another.example', san, 'IP:127.0.0.1']))
    assert.equal(result.kind, 'principal')
    const { principal } = result as { principal: Principal }
    assert.equal(principal.name, name)
    assert.deepEqual([...principal.stores], ['S1'])
    assert.equal(principal.terminals, '*')
    assert.deepEqual([...principal.scopes], ['invoices:write'])
    assert.match(principal.tokenId, /^[0-9a-f]{64}$/)
    assert.deepEqual(used, [principal])
  }
})

test('its first use is told once', () => {
  const { authenticate, used } = world()
  const certificate = shown([`DNS:${NAME}`])
  authenticate(certificate)
  authenticate(certificate)
  assert.equal(used.length, 1)
})

test('a certificate that no authority of ours vouches for is nobody’s', () => {
  assert.equal(world().failure(shown([`DNS:${NAME}`], {}, false)), 'certificate-untrusted')
})

test('a certificate without a name of the file is nobody’s, nor is one with two of them', () => {
  const { failure } = world({ [NAME]: HOLDER, 'till-8.example': HOLDER })
  assert.equal(failure(shown(['DNS:another.example'])), 'certificate-unknown')
  assert.equal(failure(shown([])), 'certificate-unknown')
  assert.equal(failure(shown([`DNS:${NAME}`, 'DNS:till-8.example'])), 'certificate-unknown')
  assert.equal(failure(shown([`DNS:${NAME}`, `DNS:${NAME}`])), 'none')
})

test('the subject is no name: only the SAN counts', () => {
  const { cert } = authority.issue(NAME)
  assert.equal(world().failure({ certificate: new X509Certificate(cert), isTrusted: true }), 'certificate-unknown')
})

test('a name that is taken out of the file is revoked at once', () => {
  const { state, failure } = world()
  const certificate = shown([`DNS:${NAME}`])
  assert.equal(failure(certificate), 'none')
  state.holders = readHolders('{}')
  assert.equal(failure(certificate), 'certificate-unknown')
})

test('the file of revocations counts too: the fingerprint, and a store’s certificates from before a time', () => {
  const { state, authenticate, failure } = world()
  const validFrom = new Date('2026-03-01T12:00:00Z')
  const certificate = shown([`DNS:${NAME}`], { validFrom, validTo: new Date('2126-03-01T12:00:00Z') })
  const { principal } = authenticate(certificate) as { principal: Principal }
  state.revocations = { ...NO_REVOCATIONS, tokens: new Set([principal.tokenId]) }
  assert.equal(failure(certificate), 'certificate-revoked')
  state.revocations = { ...NO_REVOCATIONS, stores: new Map([['S1', validFrom.getTime() + 1]]) }
  assert.equal(failure(certificate), 'certificate-revoked')
  state.revocations = { ...NO_REVOCATIONS, stores: new Map([['S1', validFrom.getTime()]]) }
  assert.equal(failure(certificate), 'none')
})

test('a certificate that expires while its connection is open no longer counts', () => {
  const { state, failure } = world()
  const certificate = shown([`DNS:${NAME}`], { validTo: new Date(state.nowMs + 60_000) })
  assert.equal(failure(certificate), 'none')
  state.nowMs += 61_000
  assert.equal(failure(certificate), 'certificate-expired')
})

test('a file that is not as it should be is refused as a whole', () => {
  const wrong = [
    { [NAME]: { ...HOLDER, stores: 'S1' } },
    { [NAME]: { ...HOLDER, store: ['S1'] } },
    { [NAME]: { stores: '*', terminals: '*' } },
    { 'two words': HOLDER },
    [],
  ]
  for (const file of wrong) assert.throws(() => readHolders(JSON.stringify(file)), /not as it should be/)
})

test('nothing inside a value of the SAN is taken for another name', () => {
  assert.deepEqual(namesIn('DNS:a.example, URI:urn:x, IP Address:10.0.0.1, email:a@b'), ['a.example', 'urn:x', 'a@b'])
  assert.deepEqual(namesIn('DirName:"CN=a, DNS:evil.example", DNS:a.example'), ['a.example'])
  assert.deepEqual(namesIn('URI:"http://a/, DNS:evil.example"'), [])
  assert.deepEqual(namesIn('DNS:"a\\", DNS:evil.example"'), [])
  assert.deepEqual(namesIn('DNS:a.example, "DNS:evil.example'), [])
  assert.deepEqual(namesIn(''), [])
})
