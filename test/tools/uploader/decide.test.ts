import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../src/tools/uploader/decide.ts'
import type { GatewayAnswer } from '../../../src/tools/uploader/gateway-answer.ts'

const results = (...statuses: number[]): GatewayAnswer => ({
  kind: 'results',
  results: statuses.map((status) => (status < 300 ? { status, receipt: {} } : { status, problem: { title: 'Oh' } })),
  retryAfterMs: undefined,
})
const whole = (status: number): GatewayAnswer => ({
  kind: 'whole',
  status,
  problem: undefined,
  retryAfterMs: undefined,
})

test('each invoice by the till’s rule', () => {
  const statuses = [200, 201, 400, 413, 422, 408, 409, 424, 425, 429, 500, 503, 504]
  assert.deepEqual(decide(results(...statuses), statuses.length), {
    kind: 'fates',
    fates: [
      ...['stored', 'stored', 'rejected', 'rejected', 'rejected'],
      ...['again', 'again', 'again', 'again', 'again', 'again', 'again', 'again'],
    ],
    reason: 'answered 408: Oh',
    isWhole: false,
  })
  assert.deepEqual(decide(results(201), 1), { kind: 'fates', fates: ['stored'], reason: undefined, isWhole: false })
})

test('a whole request by the till’s rule: sent again, or the end of it', () => {
  for (const status of [302, 409, 424, 425, 429, 500, 502, 503, 504]) {
    const expected = { kind: 'again', isSmaller: false, reason: `answered ${status}` }
    assert.deepEqual(decide(whole(status), 5), expected)
  }
  for (const status of [400, 401, 403, 404, 405, 415, 422, 431])
    assert.deepEqual(decide(whole(status), 5), { kind: 'stop', reason: `answered ${status}` })
})

test('too large: smaller, down to one invoice, which is rejected', () => {
  assert.deepEqual(decide(whole(413), 2), { kind: 'smaller' })
  const alone = { kind: 'fates', fates: ['rejected'], reason: 'answered 413', isWhole: true }
  assert.deepEqual(decide(whole(413), 1), alone)
})

test('not arrived in time: again, and smaller, and never rejected', () => {
  for (const invoices of [1, 1_000])
    assert.deepEqual(decide(whole(408), invoices), { kind: 'again', isSmaller: true, reason: 'answered 408' })
})

test('no answer: again', () => {
  const answer = { kind: 'none', reason: 'reset', isSent: true } as const
  assert.deepEqual(decide(answer, 5), { kind: 'again', isSmaller: false, reason: 'reset' })
})
