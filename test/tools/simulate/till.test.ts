import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import type { AnswerLine } from '../../../src/tools/audit/answers.ts'
import type { AttemptAnswer } from '../../../src/tools/simulate/send.ts'
import { createTill, type TillWorld } from '../../../src/tools/simulate/till.ts'
import type { Temptation } from '../../../src/tools/simulate/wrong-tills.ts'

const name = { storeId: 'S1', terminalId: 'T1', journalId: 'J1' }
const answer = (status: number | null, more: Partial<AttemptAnswer> = {}): AttemptAnswer => ({
  status,
  action: status === 201 ? 'delete' : 'resend',
  outcome: status === 201 ? 'acknowledged' : 'unknown',
  place: undefined,
  retryAfterMs: 0,
  ...more,
})

/** A gateway that gives these answers in turn, and everything that the till did. */
function world(
  answers: (AttemptAnswer | Promise<AttemptAnswer>)[],
  signal = new AbortController().signal,
  more: Partial<TillWorld> = {},
) {
  const bodies: string[] = []
  const lines: AnswerLine[] = []
  const settled: [string, number][] = []
  const wrongs: string[] = []
  let resends = 0
  const till: TillWorld = {
    signal,
    makeInvoice: ({ sequenceNumber }) => Buffer.from(`invoice ${sequenceNumber}`),
    send: async (body) => {
      bodies.push(body.toString())
      return await answers.shift()!
    },
    onSend: (wrong) => wrong && wrongs.push(`${wrong} sent`),
    onWrongSettled: (wrong, outcome) => wrongs.push(`${wrong} ${outcome}`),
    onAnswer: (line) => lines.push(line),
    onSettled: (outcome, intendedAtMs, atMs) => settled.push([outcome, atMs - intendedAtMs]),
    onResend: () => resends++,
    ...more,
  }
  return { till, bodies, lines, settled, wrongs, resends: () => resends }
}

test('an invoice is sent again, the same bytes, until there is a definite answer; the next one waits', async () => {
  const seen = world([answer(503), answer(null), answer(429), answer(408), answer(201), answer(201)])
  const till = createTill(name, seen.till)
  till.add(performance.now())
  till.add(performance.now())
  await till.idle()
  assert.deepEqual(seen.bodies, [...Array(5).fill('invoice 1'), 'invoice 2'])
  assert.deepEqual(
    seen.settled.map(([outcome]) => outcome),
    ['acknowledged', 'acknowledged'],
  )
  assert.equal(seen.resends(), 4)
})

test('what will never be taken is quarantined, and the till goes on', async () => {
  const seen = world([answer(422, { action: 'quarantine', outcome: 'rejected' }), answer(201)])
  const till = createTill(name, seen.till)
  till.add(performance.now())
  till.add(performance.now())
  await till.idle()
  assert.deepEqual(seen.bodies, ['invoice 1', 'invoice 2'])
  assert.deepEqual(
    seen.settled.map(([outcome]) => outcome),
    ['quarantined', 'acknowledged'],
  )
})

test('every attempt is a line of the answers file, with the place of the receipt and the hash of the bytes', async () => {
  const place = { partition: 3, offset: '42' }
  const seen = world([answer(null), answer(201, { place })])
  const till = createTill(name, seen.till)
  till.add(performance.now())
  await till.idle()
  const line = { ...name, sequenceNumber: 1, sha256: hash('sha256', 'invoice 1') }
  assert.deepEqual(seen.lines, [
    { ...line, outcome: 'unknown', status: null },
    { ...line, outcome: 'acknowledged', status: 201, ...place },
  ])
})

test('latency counts from the time an invoice should have been sent, however long it waited for its till', async () => {
  const seen = world([answer(201), answer(201)])
  const till = createTill(name, seen.till)
  const nowMs = performance.now()
  till.add(nowMs - 5_000)
  till.add(nowMs - 1_000)
  await till.idle()
  const [first, second] = seen.settled.map(([, latencyMs]) => latencyMs)
  assert.ok(first! >= 5_000 && first! < 8_000)
  assert.ok(second! >= 1_000 && second! < 4_000)
})

test('ending the run ends the till: the attempt under way is told, nothing more is sent', async () => {
  const ending = new AbortController()
  let giveUp = (_: AttemptAnswer) => {}
  const pending = new Promise<AttemptAnswer>((resolve) => {
    giveUp = resolve
  })
  const seen = world([pending], ending.signal)
  const till = createTill(name, seen.till)
  till.add(performance.now())
  till.add(performance.now())
  ending.abort()
  giveUp(answer(null))
  await till.idle()
  assert.deepEqual(
    seen.lines.map(({ outcome }) => outcome),
    ['unknown'],
  )
  assert.deepEqual(seen.settled, [])
  assert.equal(seen.resends(), 0)
  assert.equal(till.unanswered().length, 2, 'the one under way, and the one that waited for it')
})

/** A till that goes wrong so, and keeps every invoice or only the first. */
function tempted(wrongs: ReturnType<Temptation['next']>[], keepsEvery = false): Partial<TillWorld> {
  let made = 0
  return {
    temptation: { next: () => wrongs.shift(), keeps: () => keepsEvery },
    makeInvoice: ({ sequenceNumber }) => Buffer.from(`invoice ${sequenceNumber}, ${++made}`),
  }
}

async function sendThree(seen: ReturnType<typeof world>) {
  const till = createTill(name, seen.till)
  for (let i = 0; i < 3; i++) till.add(performance.now())
  await till.idle()
  return seen.lines.map(({ sequenceNumber, wrong }) => [sequenceNumber, wrong])
}

const running = () => new AbortController().signal

test('a till sends other content under a number that it has a receipt for, and marks that in the answers', async () => {
  const refused = answer(422, { action: 'quarantine', outcome: 'rejected' })
  const answers = [answer(201), answer(503), refused, answer(201), answer(201), answer(201)]
  const seen = world(answers, running(), tempted(['changed', undefined, 'changed']))
  assert.deepEqual(await sendThree(seen), [
    [1, undefined],
    [1, 'changed'],
    [1, 'changed'],
    [2, undefined],
    [3, undefined],
    [3, 'changed'],
  ])
  assert.deepEqual(seen.bodies.slice(0, 4), ['invoice 1, 1', 'invoice 1, 2', 'invoice 1, 2', 'invoice 2, 3'])
  assert.deepEqual(seen.wrongs, ['changed sent', 'changed quarantined', 'changed sent', 'changed acknowledged'])
  assert.equal(seen.settled.length, 3, 'only what was planned is settled')
})

test('a till sends an older invoice again, with the same bytes; it has none before its first', async () => {
  const seen = world(Array(6).fill(answer(201)), running(), tempted(['older', 'older', 'older']))
  assert.deepEqual(await sendThree(seen), [
    [1, undefined],
    [2, undefined],
    [1, 'older'],
    [3, undefined],
    [1, 'older'],
  ])
  assert.deepEqual(
    seen.bodies.filter((body) => body.startsWith('invoice 1')),
    Array(3).fill('invoice 1, 1'),
  )
  const keeping = world(Array(6).fill(answer(201)), running(), tempted(['older', 'older', 'older'], true))
  assert.deepEqual(
    (await sendThree(keeping)).filter(([, wrong]) => wrong).map(([number]) => number),
    [1, 2],
  )
})

test('of two tills with one identity, all is marked, and counts as sent wrongly', async () => {
  const refused = answer(422, { action: 'quarantine', outcome: 'rejected' })
  const seen = world([answer(201), refused, answer(201)], running(), { isTwin: true })
  assert.deepEqual(
    await sendThree(seen),
    [1, 2, 3].map((number) => [number, 'twin']),
  )
  assert.deepEqual(
    seen.wrongs.filter((text) => text !== 'twin sent'),
    ['twin acknowledged', 'twin quarantined', 'twin acknowledged'],
  )
  assert.deepEqual(
    seen.settled.map(([outcome]) => outcome),
    ['acknowledged', 'quarantined', 'acknowledged'],
  )
})

test('a run that ends while a till goes wrong ends the till', async () => {
  const ending = new AbortController()
  const answers = [answer(201), answer(null)]
  const seen = world(answers, ending.signal, {
    ...tempted(['changed']),
    onAnswer: ({ wrong }) => wrong && ending.abort(),
  })
  await sendThree(seen)
  assert.deepEqual(seen.wrongs, ['changed sent'])
  assert.equal(answers.length, 0)
})
