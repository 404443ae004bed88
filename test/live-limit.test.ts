import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { type Leave, LiveLimit } from '../src/live-limit.ts'

let nowMs: number
let limit: LiveLimit

beforeEach(() => {
  nowMs = 0
  limit = new LiveLimit({ maxQueueMs: 250, minimum: 2, now: () => nowMs })
})

/** Stores so many invoices a second for so long, one after the other. */
function storeFor(perSecond: number, seconds: number): void {
  for (let i = 0; i < perSecond * seconds; i++) {
    limit.enter()?.(true)
    nowMs += 1_000 / perSecond
  }
}

const enterAll = () => {
  const entered: Leave[] = []
  for (let leave = limit.enter(); leave !== null; leave = limit.enter()) entered.push(leave)
  return entered
}

test('a few are always taken; the next one when one of them was answered', () => {
  const [first, ...others] = enterAll()
  assert.equal(others.length, 1)
  first?.(false)
  assert.ok(limit.enter())
  assert.equal(limit.enter(), null)
})

test('as many are taken as are stored in the time that one may wait', () => {
  storeFor(1_000, 3)
  assert.ok(Math.abs(enterAll().length - 250) < 15)
})

test('what is refused or fails does not make room for more', () => {
  for (let i = 0; i < 3_000; i++) {
    limit.enter()?.(false)
    nowMs++
  }
  assert.equal(enterAll().length, 2)
})

test('the limit falls when less is stored, and when nothing is', () => {
  storeFor(1_000, 3)
  storeFor(100, 3)
  assert.ok(Math.abs(limit.limit - 25) < 5)
  nowMs += 5_000
  limit.enter()?.(true)
  assert.equal(limit.limit, 2)
})

test('invoices that wait for a leader that does not answer are soon out of the way of others', () => {
  const stuck = enterAll()
  nowMs += 999
  assert.equal(limit.enter(), null)
  nowMs += 1
  assert.equal(enterAll().length, 2)
  for (const leave of stuck) leave(true)
  assert.equal(limit.enter(), null, 'their answers free no place that they no longer hold')
})
