import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrivalTimes, type Load, rateAt } from '../../../src/tools/simulate/arrivals.ts'
import { seededRandom } from '../../../src/tools/simulate/seeded-random.ts'

const flat: Load = { ratePerSecond: 200, curve: 'flat', daySeconds: 86_400, burst: undefined }

function arrivals(load: Load, seconds: number, seed = 7): number[] {
  return [...arrivalTimes(load, seconds, seededRandom(seed))]
}

/** Whether a Poisson count is within five standard deviations of what is expected. */
function assertAbout(found: number, expected: number): void {
  assert.ok(Math.abs(found - expected) < 5 * Math.sqrt(expected), `${found} instead of about ${expected}`)
}

test('arrivals rise, end in time, keep the rate, and know nothing of each other', () => {
  const times = arrivals(flat, 50)
  assertAbout(times.length, 10_000)
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  )
  assert.ok(times[0]! >= 0 && times.at(-1)! < 50)
  const gaps = times.slice(1).map((time, i) => time - times[i]!)
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length
  const variation = Math.sqrt(variance) / mean // 1 for a Poisson process, 0 for a metronome
  assert.ok(variation > 0.9 && variation < 1.1, String(variation))
})

test('the same seed gives the same arrivals', () => {
  assert.deepEqual(arrivals(flat, 2, 3), arrivals(flat, 2, 3))
  assert.notDeepEqual(arrivals(flat, 2, 3), arrivals(flat, 2, 4))
})

test('a day has quiet nights, a busy evening, and the mean that was asked for', () => {
  const day: Load = { ...flat, curve: 'day', daySeconds: 240 }
  const times = arrivals(day, 240)
  assertAbout(times.length, 48_000)
  const inHour = (hour: number) => times.filter((time) => Math.floor(time / 10) === hour).length
  assert.ok(inHour(3) < 200)
  assert.ok(inHour(17) > 2 * (times.length / 24))
  assert.equal(rateAt(day, 0), rateAt(day, 240), 'the next day begins like this one')
  for (const seconds of [0, 4.9, 5, 5.1, 119.99, 235, 239.99])
    assert.ok(Math.abs(rateAt(day, seconds) - rateAt(day, seconds + 0.001)) < 0.5, 'no jumps')
})

test('bursts come on top, and the mean stays', () => {
  const load: Load = { ...flat, burst: { factor: 5, seconds: 2, everySeconds: 10 } }
  const times = arrivals(load, 100)
  assertAbout(times.length, 20_000)
  const isInBurst = (time: number) => time % 10 >= 8
  const inBursts = times.filter(isInBurst).length
  assertAbout(inBursts, (20_000 * 10) / 18)
  assert.equal(rateAt(load, 9) / rateAt(load, 1), 5)
})
