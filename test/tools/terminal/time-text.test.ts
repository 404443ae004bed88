import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeLeft, timeText } from '../../../src/tools/terminal/time-text.ts'

test('a time is minutes and seconds, and hours where there are some; a part of a second counts as one', () => {
  assert.deepEqual([0, 0.2, 59, 60, 125, 3_600, 36_125].map(timeText), [
    ...['0:00', '0:01', '0:59', '1:00', '2:05'],
    ...['1:00:00', '10:02:05'],
  ])
})

test('no time is left to tell of what is done, or does not move', () => {
  assert.equal(timeLeft(250, 2), '2:05 left')
  for (const [count, perSecond] of [
    [0, 2],
    [250, 0],
    [250, undefined],
  ] as const)
    assert.equal(timeLeft(count, perSecond), undefined)
})
