import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createAuthenticate } from '../../src/auth/authenticate.ts'
import { keysFromFile } from '../../src/auth/key-set.ts'
import { type Revocations, readRevocations } from '../../src/auth/revocations.ts'
import { dispatch } from '../../src/commands/dispatch.ts'

/** A folder, and the command in it. Arguments that begin with `./` are files of the folder. */
async function commandLine(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-token-'))
  t.after(() => rm(folder, { recursive: true }))
  const inFolder = (argument: string) => (argument.startsWith('./') ? join(folder, argument) : argument)
  const tillgate = async (...args: string[]) => {
    const [out, err]: string[][] = [[], []]
    const [log, error] = [
      t.mock.method(console, 'log', (text: string) => out?.push(text)),
      t.mock.method(console, 'error', (text: string) => err?.push(text)),
    ]
    const code = await dispatch(['token', ...args.map(inFolder)], {}, console)
    for (const mocked of [log, error]) mocked.mock.restore()
    return { code, out: out?.join('\n') ?? '', err: err?.join('\n') ?? '' }
  }
  return { tillgate, inFolder }
}

const ISSUE = ['issue', '--key-file', './key.json', '--name', 'till-7', '--stores', 'S1,S2', '--terminals', '*']

test('a token that is issued with a new key is taken by a gateway that has the key, until it is revoked', async (t) => {
  const { tillgate, inFolder } = await commandLine(t)
  const keygen = await tillgate('keygen', '--key-file', './key.json', '--jwks-file', './jwks.json')
  assert.equal(keygen.code, 0)
  assert.equal((await stat(inFolder('./key.json'))).mode & 0o777, 0o600)
  assert.doesNotMatch(await readFile(inFolder('./jwks.json'), 'utf8'), /"d"/)

  const issued = await tillgate(...ISSUE)
  const claims = JSON.parse(issued.err)
  assert.deepEqual([claims.sub, claims.stores, claims.terminals], ['till-7', ['S1', 'S2'], '*'])
  assert.ok(!issued.err.includes(issued.out), 'the token is on standard output alone')

  const keySet = await keysFromFile(inFolder('./jwks.json'), assert.fail)
  t.after(() => keySet.stop())
  let revocations: Revocations = readRevocations('{"tokens":[],"stores":{}}')
  const authenticate = createAuthenticate({
    keySet,
    revocations: () => revocations,
    audience: 'tillgate',
    issuer: undefined,
    maxTokens: 10,
    onFirstUse: () => {},
  })
  const outcome = async () => {
    const result = await authenticate(`Bearer ${issued.out}`)
    return result.kind === 'principal' ? result.principal.name : result.failure
  }
  assert.equal(await outcome(), 'till-7')
  const inspected = await tillgate('inspect', issued.out, '--jwks-file', './jwks.json')
  assert.deepEqual([inspected.code, JSON.parse(inspected.out).faults], [0, []])

  for (const [args, expected] of [
    [['--store', 'S3'], 'till-7'],
    [['--store', 'S2', '--before', '2020-01-01T00:00:00Z'], 'till-7'],
    [['--store', 'S2'], 'revoked'],
    [['--store', 'S2', '--before', '2020-01-01T00:00:00Z'], 'revoked'],
  ] as [string[], string][]) {
    assert.equal((await tillgate('revoke', '--file', './revoked.json', ...args)).code, 0)
    revocations = readRevocations(await readFile(inFolder('./revoked.json'), 'utf8'))
    assert.equal(await outcome(), expected, args.join(' '))
  }
  await tillgate('revoke', '--file', './other.json', '--token-id', claims.jti)
  revocations = readRevocations(await readFile(inFolder('./other.json'), 'utf8'))
  assert.equal(await outcome(), 'revoked')
})

test('keys are rotated: the second is added, the first stays; a private key is never written over', async (t) => {
  const { tillgate, inFolder } = await commandLine(t)
  for (const kid of ['k1', 'k2'])
    assert.equal(
      (await tillgate('keygen', '--key-file', `./${kid}.json`, '--jwks-file', './jwks.json', '--kid', kid)).code,
      0,
    )
  const { keys } = JSON.parse(await readFile(inFolder('./jwks.json'), 'utf8'))
  assert.deepEqual(
    keys.map(({ kid }: { kid: string }) => kid),
    ['k1', 'k2'],
  )
  const again = await tillgate('keygen', '--key-file', './k1.json', '--jwks-file', './jwks.json')
  assert.equal(again.code, 2)
  assert.match(again.err, /k1\.json is there already/)
  const twice = await tillgate('keygen', '--key-file', './k3.json', '--jwks-file', './jwks.json', '--kid', 'k2')
  assert.match(twice.err, /has a key k2 already/)
})

test('what is wrong is said, and no secret is repeated', async (t) => {
  const { tillgate, inFolder } = await commandLine(t)
  await tillgate('keygen', '--key-file', './key.json', '--jwks-file', './jwks.json')
  await tillgate('keygen', '--key-file', './other.json', '--jwks-file', './others.json')
  await writeFile(inFolder('./secret.json'), '{"password":"hunter2"}')
  const issued = (await tillgate(...ISSUE)).out
  for (const [args, code, told] of [
    [[], 2, /needs one of keygen/],
    [['isue'], 2, /did you mean issue/],
    [['issue', '--name', 'x'], 2, /--key-file, --stores and --terminals are required/],
    [[...ISSUE, '--stores', 'S 1'], 2, /--stores must be "\*" for all, or ids/],
    [[...ISSUE, '--scopes', 'admin'], 2, /--scopes must be one or more of invoices:write/],
    [[...ISSUE, '--name', 'two words'], 2, /--name is up to 128 letters/],
    [[...ISSUE, '--key-file', './jwks.json'], 2, /is no private key/],
    [[...ISSUE, '--key-file', './secret.json'], 2, /is no private key/],
    [['inspect'], 2, /takes one token/],
    [['inspect', 'x.y.z'], 2, /is no token/],
    [['inspect', issued, '--jwks-file', './others.json'], 1, /none of these keys signed it/],
    [['inspect', issued, '--jwks-file', './key.json'], 2, /it is no JWKS/],
    [['revoke', '--file', './r.json'], 2, /--token-id, or --store/],
    [['revoke', '--file', './r.json', '--token-id', 'a', '--store', 'b'], 2, /--token-id, or --store/],
    [['revoke', '--file', './secret.json', '--token-id', 'a'], 2, /secret\.json: /],
  ] as [string[], number, RegExp][]) {
    const { code: exitCode, out, err } = await tillgate(...args)
    assert.equal(exitCode, code, `${args.join(' ')}: ${err}`)
    assert.match(`${out}${err}`, told)
    assert.doesNotMatch(`${out}${err}`, /hunter2/)
    assert.ok(!`${out}${err}`.includes(issued))
  }
})
