import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createAuthenticator } from '../../src/auth/authenticate.ts'
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

  const keySet = await keysFromFile(inFolder('./jwks.json'), { onKeys: () => {}, onTrouble: assert.fail })
  t.after(() => keySet.stop())
  let revocations: Revocations = readRevocations('{"tokens":[],"stores":{}}')
  const { authenticate } = createAuthenticator({
    keySet,
    revocations: () => revocations,
    audience: 'tillgate',
    issuer: undefined,
    maxTokens: 10,
    onFirstUse: () => {},
  })
  const outcome = async () => {
    const result = await authenticate(`Bearer ${issued.out}`, 'here')
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
    const { code, err } = await tillgate('revoke', '--file', './revoked.json', ...args)
    assert.equal(code, 0)
    assert.match(err, /revoked\.json revokes all tokens that list store S\d and were issued before 20\d\d-/)
    revocations = readRevocations(await readFile(inFolder('./revoked.json'), 'utf8'))
    assert.equal(await outcome(), expected, args.join(' '))
  }
  for (const [file, args] of [
    ['./by-id.json', ['--token-id', claims.jti]],
    ['./by-name.json', ['--name', 'till-7']],
    ['./all.json', ['--all']],
  ] as [string, string[]][]) {
    await tillgate('revoke', '--file', file, '--name', 'till-8')
    revocations = readRevocations(await readFile(inFolder(file), 'utf8'))
    assert.equal(await outcome(), 'till-7')
    await tillgate('revoke', '--file', file, ...args)
    revocations = readRevocations(await readFile(inFolder(file), 'utf8'))
    assert.equal(await outcome(), 'revoked', args.join(' '))
  }
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

test('a list of 4,000 tills gets a token each, in a file for its owner alone; a wrong line issues none', async (t) => {
  const { tillgate, inFolder } = await commandLine(t)
  await tillgate('keygen', '--key-file', './key.json', '--jwks-file', './jwks.json')
  const line = (n: number) => `till-${n},S${n} S${n + 1},T1`
  const lines = Array.from({ length: 4_000 }, (_, n) => line(n))
  await writeFile(inFolder('./tills.csv'), `\uFEFFname,stores,terminals\r\n${lines.join('\r\n')}\r\noffice,*,*\r\n`)
  const args = ['issue', '--key-file', './key.json', '--from', './tills.csv', '--to', './tokens.ndjson', '--days', '30']
  const { code, out, err } = await tillgate(...args)
  assert.deepEqual([code, out], [0, ''], err)
  assert.match(err, /^4,001 tokens in /)
  assert.equal((await stat(inFolder('./tokens.ndjson'))).mode & 0o777, 0o600)
  const issued = (await readFile(inFolder('./tokens.ndjson'), 'utf8')).trimEnd().split('\n')
  assert.equal(issued.length, 4_001)
  for (const [index, expected] of [
    [0, ['till-0', ['S0', 'S1'], ['T1']]],
    [3_999, ['till-3999', ['S3999', 'S4000'], ['T1']]],
    [4_000, ['office', '*', '*']],
  ] as const) {
    const { token, ...claims } = JSON.parse(issued[index] as string)
    assert.deepEqual([claims.sub, claims.stores, claims.terminals], expected)
    const inspected = JSON.parse((await tillgate('inspect', token, '--jwks-file', './jwks.json')).out)
    assert.deepEqual([inspected.claims, inspected.faults], [claims, []])
  }
  assert.equal(new Set(issued.map((text) => JSON.parse(text).jti)).size, 4_001)
  assert.match((await tillgate(...args)).err, /tokens\.ndjson is there already/)

  const list = (...texts: string[]) => `name,stores,terminals\n${texts.join('\n')}\n`
  for (const [text, told] of [
    ['', /the first line must be name,stores,terminals/],
    [list(), /there is no till in it/],
    [list(line(1), 'till-2,S2'), /line 3: it must have three columns/],
    [list('till-1,S1,T1,x'), /line 2: it must have three columns/],
    [list('"till-1",S1,T1'), /line 2: no names or ids with quotes/],
    [list('till 1,S1,T1'), /line 2: the name must be/],
    [list(line(1), line(1)), /line 3: there is a till-1 already/],
    [list('till-1,,T1'), /line 2: the stores must be ids/],
    [list('till-1,S1,T-1 !'), /line 2: the terminals must be ids/],
  ] as const) {
    await writeFile(inFolder('./wrong.csv'), text)
    const wrong = await tillgate('issue', '--key-file', './key.json', '--from', './wrong.csv', '--to', './none.ndjson')
    assert.equal(wrong.code, 2)
    assert.match(wrong.err, told)
    await assert.rejects(stat(inFolder('./none.ndjson')))
  }
})

test('what is wrong is said, and no secret is repeated', async (t) => {
  const { tillgate, inFolder } = await commandLine(t)
  await tillgate('keygen', '--key-file', './key.json', '--jwks-file', './jwks.json')
  await tillgate('keygen', '--key-file', './other.json', '--jwks-file', './others.json')
  await writeFile(inFolder('./secret.json'), '{"password":"hunter2"}')
  await writeFile(inFolder('./password'), 'hunter2')
  const issued = (await tillgate(...ISSUE)).out
  for (const [args, code, told] of [
    [[], 2, /needs one of keygen/],
    [['isue'], 2, /did you mean issue/],
    [['issue', '--name', 'x'], 2, /--key-file is required/],
    [[...ISSUE, '--stores', 'S 1'], 2, /--stores must be "\*" for all, or ids/],
    [[...ISSUE, '--scopes', 'admin'], 2, /--scopes must be one or more of invoices:write/],
    [[...ISSUE, '--name', 'two words'], 2, /--name is up to 128 letters/],
    [[...ISSUE, '--key-file', './jwks.json'], 2, /is no private key/],
    [[...ISSUE, '--key-file', './secret.json'], 2, /is no private key/],
    [[...ISSUE, '--from', 'x'], 2, /--name, --stores and --terminals, or --from and --to/],
    [['issue', '--key-file', './key.json', '--from', 'x'], 2, /or --from and --to/],
    [['inspect'], 2, /takes one token/],
    [['inspect', 'x.y.z'], 2, /is no token/],
    [['inspect', issued, '--jwks-file', './others.json'], 1, /none of these keys signed it/],
    [['inspect', issued, '--jwks-file', './key.json'], 2, /it is no JWKS/],
    [['revoke', '--file', './r.json'], 2, /one of --token-id, --store, --name and --all/],
    [['revoke', '--file', './r.json', '--token-id', 'a', '--store', 'b'], 2, /one of --token-id, --store/],
    [['revoke', '--file', './r.json', '--token-id', 'a', '--before', '2026-01-01T00:00:00Z'], 2, /one of --token-id/],
    [['revoke', '--file', './secret.json', '--token-id', 'a'], 2, /secret\.json: /],
    [[...ISSUE, '--key-file', './none.json'], 2, /none\.json: there is no such file/],
    [[...ISSUE, '--key-file', './'], 2, /\/: it is a folder, not a file/],
    [['issue', '--key-file', './key.json', '--from', './', '--to', './x'], 2, /\/: it is a folder/],
    [['inspect', issued, '--jwks-file', './none.json'], 2, /none\.json: there is no such file/],
    [['inspect', issued, '--jwks-file', './password'], 2, /password: it is not JSON/],
    [['keygen', '--key-file', './new.json', '--jwks-file', './password'], 2, /password: it is not JSON/],
    [['revoke', '--file', './password', '--all'], 2, /password: it is not JSON/],
    [['revoke', '--file', './', '--all'], 2, /\/: it is a folder, not a file/],
    [['keygen', '--key-file', './none/key.json', '--jwks-file', './jwks.json'], 1, /there is no such file or folder/],
  ] as [string[], number, RegExp][]) {
    const { code: exitCode, out, err } = await tillgate(...args)
    assert.equal(exitCode, code, `${args.join(' ')}: ${err}`)
    assert.match(`${out}${err}`, told)
    assert.doesNotMatch(`${out}${err}`, /hunter2/)
    assert.ok(!`${out}${err}`.includes(issued))
  }
})
