import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecentAnswers } from '../../src/console/recent-answers.ts'

test('each invoice is counted by what became of it, also those of uploads', () => {
  const answers = new RecentAnswers()
  answers.note({ route: 'post', kind: 'receipt', status: 201, durationMs: 1 })
  answers.note({ route: 'post', kind: 'receipt', status: 200, durationMs: 1, isReplay: true })
  answers.note({
    route: 'upload',
    kind: 'upload',
    status: 207,
    durationMs: 1,
    summary: { accepted: 5, rejected: 2, retry: 3 },
    replayed: 2,
    unknown: 1,
  })
  for (const slug of ['invalid-invoice', 'saturated', 'unauthorized', 'outcome-unknown', 'of a newer version'])
    answers.note({ route: 'post', kind: 'problem', status: 500, durationMs: 1, slug })
  assert.deepEqual(answers.outcomes, { acknowledged: 4, replayed: 3, rejected: 3, resend: 5, unknown: 2 })
  assert.deepEqual([answers.uploads, answers.uploadInvoices], [1, 10])
})

test('a request for a cursor is no invoice, whether it is refused or not', () => {
  const answers = new RecentAnswers()
  answers.turn()
  answers.note({ route: 'cursor', kind: 'cursor', status: 200, durationMs: 1 })
  answers.note({ route: 'cursor', kind: 'problem', status: 403, durationMs: 1, slug: 'forbidden' })
  assert.deepEqual(new Set(Object.values(answers.outcomes)), new Set([0]))
  assert.deepEqual(answers.refusals, [])
  assert.equal(answers.turn().last.maxMs, null)
})

test('refusals are listed by class, the latest first', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000 })
  const answers = new RecentAnswers()
  for (const slug of ['saturated', 'invalid-invoice', 'saturated']) {
    answers.note({ route: 'post', kind: 'problem', status: 503, durationMs: 1, slug })
    t.mock.timers.tick(1)
  }
  assert.deepEqual(answers.refusals, [
    { problem: 'saturated', status: 503, count: 2, atMs: 1_002 },
    { problem: 'invalid-invoice', status: 503, count: 1, atMs: 1_001 },
  ])
})

test('times are those of the turn, and of the last ten; while nobody watches none are kept', () => {
  const answers = new RecentAnswers()
  const note = (durationMs: number) => answers.note({ route: 'post', kind: 'receipt', status: 201, durationMs })
  note(1_000)
  assert.deepEqual(answers.turn().last, { p50Ms: null, p99Ms: null, maxMs: null })
  note(100)
  assert.equal(Math.round(answers.turn().last.p50Ms as number), 100)
  for (let turn = 0; turn < 9; turn++) answers.turn()
  assert.notEqual(answers.turn().window.maxMs, 1)
  assert.equal(answers.turn().window.p50Ms, null)
  note(50)
  answers.rest()
  assert.equal(answers.turn().window.p50Ms, null)
})
