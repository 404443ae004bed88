import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { type KeySet, keysFromFile, keysFromUrl } from '../../src/auth/key-set.ts'
import { newKey, type SigningKey } from './tokens.ts'

const [first, second] = [await newKey('k1'), await newKey('k2')]
const jwks = (...keys: SigningKey[]) => JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) })
const kids = (set: KeySet) => set.keys?.ids
const noKeys = { onKeys: () => {} }

suite('keys in a file', () => {
  async function newFile(t: TestContext, text: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'tillgate-keys-'))
    t.after(() => rm(folder, { recursive: true }))
    const file = join(folder, 'jwks.json')
    await writeFile(file, text)
    return file
  }

  test('follow the file; a broken one changes nothing and is told once', async (t) => {
    const troubles: string[] = []
    const read: string[] = []
    const file = await newFile(t, jwks(first))
    const set = await keysFromFile(
      file,
      { onKeys: (ids) => read.push(ids.join()), onTrouble: (reason) => troubles.push(reason) },
      0,
    )
    t.after(() => set.stop())
    assert.deepEqual([kids(set), set.generation], [['k1'], 0])
    await writeFile(file, jwks(first, second))
    await set.refresh()
    assert.deepEqual([kids(set), set.generation], [['k1', 'k2'], 1])
    await set.refresh()
    assert.equal(set.generation, 1, 'nothing new')
    await writeFile(file, '{"keys"')
    for (let i = 0; i < 2; i++) await set.refresh()
    assert.deepEqual([kids(set), troubles.length], [['k1', 'k2'], 1])
    assert.ok(set.trouble?.startsWith(`${file}: `))
    await writeFile(file, jwks(second))
    await set.refresh()
    assert.deepEqual([kids(set), set.trouble], [['k2'], undefined])
    assert.deepEqual(read, ['k1', 'k1,k2', 'k2'])
  })

  test('are looked at once a second at most, however many tokens have an unknown key', async (t) => {
    const file = await newFile(t, jwks(first))
    const set = await keysFromFile(file, { ...noKeys, onTrouble: assert.fail }, 60_000)
    t.after(() => set.stop())
    await set.refresh()
    await writeFile(file, jwks(first, second))
    await Promise.all(Array.from({ length: 100 }, () => set.refresh()))
    assert.deepEqual(kids(set), ['k1'])
  })

  test('must be public, and there at the start', async (t) => {
    const secret = { kty: 'oct', k: 'c2VjcmV0', kid: 'k1' }
    for (const text of [
      ...['', '[]', '{}', '{"keys":7}', '{"keys":["x"]}', JSON.stringify({ keys: [secret] })],
      JSON.stringify({ keys: [{ ...first.publicJwk, d: 'private' }] }),
    ])
      await assert.rejects(keysFromFile(await newFile(t, text), { ...noKeys, onTrouble: assert.fail }), text)
    await assert.rejects(
      keysFromFile('/nowhere/jwks.json', { ...noKeys, onTrouble: assert.fail }),
      /\/nowhere\/jwks\.json/,
    )
  })
})

suite('keys of an identity provider', () => {
  async function provider(t: TestContext, listener: RequestListener): Promise<URL> {
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`)
  }

  test('go on to count while it is away, and that is said once', async (t) => {
    let answer: [number, string] = [200, jwks(first)]
    const troubles: string[] = []
    const url = await provider(t, (_, response) => response.writeHead(answer[0]).end(answer[1]))
    const set = await keysFromUrl({ url, ...noKeys, onTrouble: (reason) => troubles.push(reason), pauseMs: 0 })
    t.after(() => set.stop())
    for (const broken of [
      [503, ''],
      [503, ''],
      [200, '<html>'],
      [200, '{"keys":[{"kty":"oct"}]}'],
    ] as [number, string][]) {
      answer = broken
      await set.refresh()
      assert.deepEqual([kids(set), set.generation], [['k1'], 1])
      assert.ok(set.trouble)
    }
    assert.equal(troubles.length, 3)
    answer = [200, jwks(second)]
    await set.refresh()
    assert.deepEqual([kids(set), set.generation, set.trouble], [['k2'], 2, undefined])
  })

  test('may be missing at the start, and come later', async (t) => {
    let isThere = false
    const url = await provider(t, (_, response) => response.writeHead(isThere ? 200 : 500).end(jwks(first)))
    const set = await keysFromUrl({ url, ...noKeys, onTrouble: () => {}, pauseMs: 0 })
    t.after(() => set.stop())
    assert.equal(set.keys, undefined)
    isThere = true
    await set.refresh()
    assert.deepEqual(kids(set), ['k1'])
  })

  test('are not fetched more often than that, however many ask; a provider that hangs holds nobody up', async (t) => {
    let requests = 0
    let isHanging = false
    const url = await provider(t, (_, response) => {
      requests++
      if (!isHanging) response.end(jwks(first))
    })
    const set = await keysFromUrl({ url, ...noKeys, onTrouble: () => {}, pauseMs: 60_000, timeoutMs: 200 })
    t.after(() => set.stop())
    await Promise.all(Array.from({ length: 100 }, () => set.refresh()))
    assert.equal(requests, 1)
    isHanging = true
    const impatient = await keysFromUrl({ url, ...noKeys, onTrouble: () => {}, timeoutMs: 200 })
    t.after(() => impatient.stop())
    assert.equal(impatient.keys, undefined)
    assert.match(String(impatient.trouble), /jwks/)
  })
})
