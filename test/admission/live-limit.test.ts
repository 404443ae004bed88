import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { LiveLimit } from '../../src/admission/live-limit.ts'

let nowMs: number
let limit: LiveLimit

beforeEach(() => {
  nowMs = 0
  limit = new LiveLimit({ maxQueueMs: 250, minimum: 2, now: () => nowMs })
})

/** Stores so many invoices a second for so long, one after the other. */
function storeFor(perSecond: number, seconds: number): void {
  for (let i = 0; i < perSecond * seconds; i++) {
    answer(true)
    nowMs += 1_000 / perSecond
  }
}

/** Takes a place and gives it back at once, where there is one. */
function answer(isStored: boolean): void {
  const entry = limit.enter()
  if (entry.kind === 'entered') entry.leave(isStored)
}

const isRefused = () => limit.enter().kind === 'refused'

const enterAll = () => {
  const all: ((isStored: boolean) => void)[] = []
  for (let entry = limit.enter(); entry.kind === 'entered'; entry = limit.enter()) all.push(entry.leave)
  return all
}

test('a few are always taken; the next one when one of them was answered', () => {
  const [first, ...others] = enterAll()
  assert.equal(others.length, 1)
  first?.(false)
  assert.equal(isRefused(), false)
  assert.equal(isRefused(), true)
})

test('as many are taken as are stored in the time that one may wait', () => {
  storeFor(1_000, 3)
  assert.ok(Math.abs(enterAll().length - 250) < 15)
})

test('what is refused or fails does not make room for more', () => {
  for (let i = 0; i < 3_000; i++) {
    answer(false)
    nowMs++
  }
  assert.equal(enterAll().length, 2)
})

test('the limit falls when less is stored, and when nothing is', () => {
  storeFor(1_000, 3)
  storeFor(100, 3)
  assert.ok(Math.abs(limit.limit - 25) < 5)
  nowMs += 5_000
  answer(true)
  assert.equal(limit.limit, 2)
})

test('invoices that wait for a leader that does not answer are soon out of the way of others', () => {
  const stuck = enterAll()
  nowMs += 999
  assert.equal(isRefused(), true)
  nowMs += 1
  assert.equal(enterAll().length, 2)
  for (const leave of stuck) leave(true)
  assert.equal(isRefused(), true, 'their answers free no place that they no longer hold')
})

test('tills are sent away for longer the more of them are refused, up to half a minute', () => {
  const away = () => {
    const entry = limit.enter()
    assert.equal(entry.kind, 'refused')
    return (entry as Extract<typeof entry, { kind: 'refused' }>).retryAfterSeconds
  }
  enterAll()
  const [first] = [away()]
  assert.ok(first >= 1 && first <= 3)
  for (let i = 0; i < 1_000; i++) {
    away()
    nowMs += 0.2
  }
  const later = away()
  assert.ok(later >= 15 && later <= 45)
})
