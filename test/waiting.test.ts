import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { backoff, backoffMs, inTime, LATE, pause, resendMs, within } from '../src/waiting.ts'

const NEVER = new Promise<never>(() => {})

/** How many timers keep the process alive now. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}

test('work that is done in time settles as it does, and leaves no timer', async () => {
  const before = timers()
  assert.equal(await within(60_000, Promise.resolve('done')), 'done')
  await assert.rejects(within(60_000, Promise.reject(new Error('broken'))), /broken/)
  assert.equal(timers(), before)
})

test('work that is late is told as late, and its rejection goes to nobody', async (t) => {
  const unhandled = t.mock.fn()
  process.on('unhandledRejection', unhandled)
  t.after(() => process.off('unhandledRejection', unhandled))
  const { promise, reject } = Promise.withResolvers<never>()
  assert.equal(await within(1, promise), LATE)
  reject(new Error('too late'))
  await sleep(10)
  assert.equal(unhandled.mock.callCount(), 0)
})

test('where late work is an error, its text says how long it was waited for', async () => {
  assert.equal(await inTime(60_000, Promise.resolve('done')), 'done')
  await assert.rejects(inTime(60_000, Promise.reject(new Error('broken'))), { message: 'broken' })
  await assert.rejects(inTime(1, NEVER), { message: 'no answer within 1 ms' })
})

test('a deadline keeps the process alive, for somebody waits for it', async () => {
  const before = timers()
  const waiting = within(20, NEVER)
  assert.equal(timers(), before + 1)
  assert.equal(await waiting, LATE)
})

test('the wait before a try doubles up to its bound, give or take a fifth', () => {
  const failures = [0, 1, 2, 3, 4, 9, 2_000]
  const middle = failures.map((count) => Math.round(backoffMs(count, {}, () => 0.5)))
  assert.deepEqual(middle, [100, 200, 400, 800, 1_000, 1_000, 1_000])
  const ofTills = failures.map((count) => Math.round(backoffMs(count, { firstMs: 10, maxMs: 50 }, () => 0.5)))
  assert.deepEqual(ofTills, [10, 20, 40, 50, 50, 50, 50])
  assert.deepEqual([Math.round(backoffMs(0, {}, () => 0)), Math.round(backoffMs(0, {}, () => 1))], [80, 120])
})

test('a pause ends at once when it is aborted, also one that was aborted before', async () => {
  const ending = new AbortController()
  const waiting = pause(3_600_000, ending.signal)
  ending.abort()
  await waiting
  await pause(3_600_000, ending.signal)
  await backoff(9, ending.signal, { firstMs: 3_600_000, maxMs: 3_600_000 })
})

test('a till waits as long as it is asked to, and up to half longer, but not for ever; where it is not asked to, it backs off', () => {
  const bounds = { firstMs: 500, maxMs: 15_000 }
  const least = (failures: number, retryAfterMs?: number) => resendMs(failures, retryAfterMs, bounds, () => 0)
  const most = (failures: number, retryAfterMs?: number) => resendMs(failures, retryAfterMs, bounds, () => 1)
  assert.deepEqual([least(0, 2_000), most(0, 2_000)], [2_000, 3_000])
  assert.deepEqual([least(0, 3_600_000), most(0, 3_600_000)], [300_000, 450_000])
  assert.deepEqual([least(0), most(0)].map(Math.round), [400, 600])
  assert.deepEqual([least(50), most(50)].map(Math.round), [12_000, 18_000])
  assert.deepEqual([least(0, 0), most(0, 0)].map(Math.round), [400, 600])
  assert.deepEqual([least(9, 2_000), most(9, 2_000)], [2_000, 3_000])
})
