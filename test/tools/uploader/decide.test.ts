import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../src/tools/uploader/decide.ts'
import type { GatewayAnswer } from '../../../src/tools/uploader/gateway-answer.ts'

const of = (invoices: number) => ({ invoices, isAlone: false })
const ALONE = { invoices: 1, isAlone: true }
const RECEIPT = { invoiceId: 'i' }
const results = (...results: [number, object][]): GatewayAnswer => ({
  kind: 'results',
  results: results.map(([status, found]) => (status < 300 ? { status, receipt: found } : { status, problem: found })),
  retryAfterMs: undefined,
})
const whole = (status: number, problem?: object): GatewayAnswer => ({
  kind: 'whole',
  status,
  problem,
  retryAfterMs: undefined,
})

test('each invoice by its receipt or its problem, whatever the status', () => {
  const answer = results(
    [200, RECEIPT],
    [201, RECEIPT],
    [201, {}],
    [400, { title: 'Oh', till: 'quarantine' }],
    [422, { till: 'quarantine' }],
    [422, { till: 'resend' }],
    [422, {}],
    [503, { till: 'resend' }],
  )
  assert.deepEqual(decide(answer, of(8)), {
    kind: 'fates',
    fates: ['stored', 'stored', 'again', 'rejected', 'rejected', 'again', 'again', 'again'],
    reason: 'answered 201',
    isRefused: false,
  })
  const stored = { kind: 'fates', fates: ['stored'], reason: undefined, isRefused: false }
  assert.deepEqual(decide(results([201, RECEIPT]), of(1)), stored)
})

test('a whole request: sent again, or the end of it; many invoices are never rejected together', () => {
  for (const status of [302, 409, 424, 425, 429, 500, 502, 503, 504]) {
    const expected = { kind: 'again', isSmaller: false, reason: `answered ${status}` }
    assert.deepEqual(decide(whole(status), of(5)), expected)
  }
  for (const status of [400, 404, 405, 415, 422, 431]) {
    assert.deepEqual(decide(whole(status), of(5)), { kind: 'stop', reason: `answered ${status}` })
    assert.deepEqual(decide(whole(status, { till: 'quarantine' }), of(5)), {
      kind: 'stop',
      reason: `answered ${status}`,
    })
    assert.deepEqual(decide(whole(status), of(1)), { kind: 'stop', reason: `answered ${status}` })
  }
})

test('without a token that is for it nothing is tried again, and nothing is rejected', () => {
  const reason = (status: number) =>
    `answered ${status}: No: Not for this (--token-file or TILLGATE_TOKEN gives another token)`
  for (const status of [401, 403])
    assert.deepEqual(decide(whole(status, { title: 'No', detail: 'Not for this.' }), of(5)), {
      kind: 'stop',
      reason: reason(status),
    })
  const answer = results(
    [503, { till: 'resend' }],
    [201, RECEIPT],
    [403, { title: 'No', detail: 'Not for this.', till: 'resend' }],
  )
  const fates = ['again', 'stored', 'again']
  assert.deepEqual(decide(answer, of(3)), { kind: 'fates', fates, reason: reason(403), isRefused: true })
})

test('too large: smaller, down to one invoice, which is sent alone', () => {
  assert.deepEqual(decide(whole(413), of(2)), { kind: 'smaller' })
  assert.deepEqual(decide(whole(413), of(1)), { kind: 'alone' })
})

test('an invoice that was sent alone is rejected if the gateway says so; otherwise it is kept', () => {
  for (const status of [400, 413, 422]) {
    const rejected = { kind: 'fates', fates: ['rejected'], reason: `answered ${status}`, isRefused: false }
    assert.deepEqual(decide(whole(status, { till: 'quarantine' }), ALONE), rejected)
    assert.deepEqual(decide(whole(status), ALONE), { kind: 'stop', reason: `answered ${status}` })
  }
})

test('not arrived in time: again, and smaller, and never rejected', () => {
  for (const invoices of [1, 1_000])
    assert.deepEqual(decide(whole(408), of(invoices)), { kind: 'again', isSmaller: true, reason: 'answered 408' })
})

test('no answer: again', () => {
  const answer = { kind: 'none', reason: 'reset', isSent: true } as const
  assert.deepEqual(decide(answer, of(5)), { kind: 'again', isSmaller: false, reason: 'reset' })
})
