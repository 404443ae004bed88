import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Senders } from '../../src/admission/senders.ts'
import type { Principal } from '../../src/auth/principal.ts'
import type { Denial } from '../../src/http/authentication.ts'
import type { JournalName } from '../../src/invoice/identity.ts'
import type { JournalState } from '../../src/known/journal-state.ts'
import { assertProblem, CURSOR, CURSOR_PATTERN, testApp, untimed } from './test-app.ts'

const STATE: JournalState = { kind: 'known', through: 41, ahead: [[44, 50]] }

const TILL: Principal = {
  name: 'till-7',
  tokenId: 't1',
  stores: new Set(['S1']),
  terminals: new Set(['T1']),
  scopes: new Set(['invoices:read']),
  issuedAtMs: 0,
  expiresAtMs: 0,
}
const as = (principal: Partial<Principal> = {}) => {
  return () => ({ kind: 'principal', principal: { ...TILL, ...principal } }) as const
}

suite('the resume cursor', () => {
  test('is what is known of the journal in the path, and is never stored on the way', async (t) => {
    const asked: JournalName[] = []
    const journalStateOf = (journal: JournalName) => {
      asked.push({ ...journal })
      return STATE
    }
    const { app, answers, contract } = await testApp(t, { journalStateOf })
    const answer = await app.inject(CURSOR)
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(contract('GET', CURSOR_PATTERN, answer), { through: 41, ahead: [[44, 50]], missing: [[42, 43]] })
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.deepEqual(asked, [{ storeId: 'S1', terminalId: 'T1', journalId: 'J1' }])
    assert.deepEqual(answers.map(untimed), [{ kind: 'cursor', route: 'cursor', status: 200 }])
  })

  test('has the same header fields for HEAD, and takes no other method', async (t) => {
    const { app } = await testApp(t, { journalStateOf: () => STATE })
    const [got, head] = [await app.inject(CURSOR), await app.inject({ method: 'HEAD', url: CURSOR })]
    assert.equal(head.statusCode, 200)
    assert.equal(head.body, '')
    for (const field of ['content-type', 'content-length', 'cache-control'])
      assert.equal(head.headers[field], got.headers[field], field)
    const posted = await app.inject({ method: 'POST', url: CURSOR, payload: '{}' })
    assert.equal(posted.statusCode, 405)
    assert.equal(posted.headers.allow, 'GET, HEAD')
  })

  test('of the most ranges that there can be is as documented', async (t) => {
    const last = 999_999_999_999
    const ahead = Array.from({ length: 2_000 }, (_, i) => [last - 2 * i, last - 2 * i] as const).reverse()
    const { app, contract } = await testApp(t, { journalStateOf: () => ({ kind: 'known', through: 0, ahead }) })
    const { missing } = contract('GET', CURSOR_PATTERN, await app.inject(CURSOR))
    assert.equal((missing as unknown[]).length, 2_000)
  })

  test('takes names as invoices have them, percent-encoded or not, and no others', async (t) => {
    const asked: string[] = []
    const journalStateOf = ({ storeId, terminalId, journalId }: JournalName) => {
      asked.push(`${storeId}/${terminalId}/${journalId}`)
      return STATE
    }
    const { app, contract } = await testApp(t, { journalStateOf })
    const get = (store: string, terminal: string, journal: string) =>
      app.inject(`/v1/stores/${store}/terminals/${terminal}/journals/${journal}`)
    const longest = 'j'.repeat(36)
    const right: [string, string, string][] = [
      ['S1', 'T1', longest],
      ['%53%31', 'T%2E1', '2026-03-14'],
    ]
    for (const names of right) assert.equal((await get(...names)).statusCode, 200)
    assert.deepEqual(asked, [`S1/T1/${longest}`, 'S1/T.1/2026-03-14'])

    for (const names of [
      ['S1', 'T1', `${longest}j`],
      ['S1', 'T1', '.J'],
      ['S1', 'T 1', 'J'].map(encodeURIComponent),
      ['S/1', 'T1', 'J'].map(encodeURIComponent),
      ['S1', 'T\u0000', 'J'].map(encodeURIComponent),
      ['S1', 'Ä1', 'J'].map(encodeURIComponent),
      ['S1', 'T1', 'J'.repeat(200)],
    ] as [string, string, string][]) {
      const answer = await get(...names)
      assertProblem(contract('GET', CURSOR_PATTERN, answer), 'bad-request', 400)
      assert.equal(answer.headers['cache-control'] ?? 'no-store', 'no-store')
    }
    assert.equal((await get('%zz', 'T1', 'J')).statusCode, 400)
    assert.equal(asked.length, 2)
  })

  const unable = {
    off: ['cursors-off', 404, false],
    reading: ['cursors-unread', 503, true],
    'no-room': ['cursor-not-kept', 503, true],
  } as const
  for (const [reason, [slug, status, isPassing]] of Object.entries(unable)) {
    test(`(${reason}) that cannot be told is a problem, which says nothing against sending`, async (t) => {
      const journalStateOf = () => ({ kind: 'unavailable', reason: reason as keyof typeof unable }) as const
      const { app, contract } = await testApp(t, { journalStateOf })
      const answer = await app.inject(CURSOR)
      const problem = contract('GET', CURSOR_PATTERN, answer)
      assertProblem(problem, slug, status)
      assert.deepEqual([problem.outcome, problem.till], ['unknown', 'resend'])
      assert.equal(answer.headers['retry-after'] !== undefined, isPassing)
      assert.equal(answer.headers['cache-control'], 'no-store')
      if (reason === 'off') assert.match(String(problem.detail), /JOURNALS_TOPIC is not set/)
      if (reason === 'no-room') assert.ok(Number(answer.headers['retry-after']) >= 60)
    })
  }

  test('is for tokens that may read of this store and terminal', async (t) => {
    const denials: Denial[] = []
    const refused: [Partial<Principal>, RegExp][] = [
      [{ scopes: new Set(['invoices:write']) }, /scope="invoices:read"/],
      [{ stores: new Set(['S2']) }, /undefined/],
      [{ terminals: new Set(['T2']) }, /undefined/],
    ]
    for (const [principal, challenge] of refused) {
      for (const authenticate of [as(principal), async () => as(principal)()]) {
        const journalStateOf = () => assert.fail('asked')
        const onDenied = (denial: Denial) => denials.push(denial)
        const { app, contract } = await testApp(t, { authenticate, journalStateOf, onDenied })
        const answer = await app.inject(CURSOR)
        assertProblem(contract('GET', CURSOR_PATTERN, answer), 'forbidden', 403)
        assert.match(String(answer.headers['www-authenticate']), challenge)
        assert.equal(answer.headers['cache-control'], 'no-store')
      }
    }
    const reasons = denials.map(({ reason }) => reason)
    const place = 'store or terminal'
    assert.deepEqual(reasons, ['scope', 'scope', place, place, place, place])

    for (const authenticate of [as(), async () => as({ stores: '*', terminals: '*' })()]) {
      const { app } = await testApp(t, { authenticate, journalStateOf: () => STATE })
      assert.equal((await app.inject(CURSOR)).statusCode, 200)
    }
    const { app, contract } = await testApp(t, { authenticate: () => ({ kind: 'failure', failure: 'missing' }) })
    assertProblem(contract('GET', CURSOR_PATTERN, await app.inject(CURSOR)), 'unauthorized', 401)
  })

  test('is refused to its reader for what it is, and not for what strangers took at the same address', async (t) => {
    const senders = new Senders({ maxConnections: 100, memoryBytes: 1, uploadMemoryBytes: 1, timeShare: 0.01 })
    const journalStateOf = () => ({ kind: 'unavailable', reason: 'reading' }) as const
    const { app } = await testApp(t, { senders, authenticate: as(), journalStateOf })
    senders.stranger('127.0.0.1').charge(1_000)
    senders.obstacle(senders.named('till-8'))
    assertProblem((await app.inject(CURSOR)).json(), 'cursors-unread', 503)
  })

  test('counts against whoever asks: who asks too much waits, while others are served', async (t) => {
    const limits = { maxConnections: 100, memoryBytes: 1, uploadMemoryBytes: 1, timeShare: 0.01 }
    const senders = new Senders(limits)
    const till = (name: string) => async () => as({ name })()
    let name = 'loud'
    const { app, contract } = await testApp(t, {
      senders,
      authenticate: () => till(name)(),
      journalStateOf: () => STATE,
    })
    senders.obstacle(senders.named('quiet'))
    const statuses = new Set<number>()
    for (let asked = 0; asked < 6_000 && !statuses.has(429); asked++)
      statuses.add((await app.inject(CURSOR)).statusCode)
    assert.deepEqual([...statuses], [200, 429])
    const problem = contract('GET', CURSOR_PATTERN, await app.inject(CURSOR))
    assertProblem(problem, 'sender-limit', 429)
    name = 'quiet'
    assert.equal((await app.inject(CURSOR)).statusCode, 200)
  })
})
