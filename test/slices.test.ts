import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Slices } from '../src/slices.ts'

test('long work in slices lets others have their turns, as often as it lasts', async () => {
  let turns = 0
  let isDone = false
  const count = () => {
    turns++
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  const slices = new Slices(1) // a busy machine may hold the test up for longer than a slice
  for (let slice = 0; slice < 5; slice++) {
    assert.equal(turns, slice)
    while (!slices.isOver);
    await slices.next()
    assert.equal(slices.isOver, false)
  }
  isDone = true
})

test('a few steps are not cut, however long they take', () => {
  const slices = new Slices(3)
  const untilMs = performance.now() + 5
  while (performance.now() < untilMs);
  assert.deepEqual([slices.isOver, slices.isOver, slices.isOver, slices.isOver], [false, false, false, true])
})

test('the slices of many come one in a turn, in order', async () => {
  let turns = 0
  let isDone = false
  const count = () => {
    turns++
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  const began: string[] = []
  const work = async (name: string) => {
    const slices = new Slices()
    for (let slice = 0; slice < 3; slice++) {
      await slices.next()
      began.push(`${name}${turns}`)
    }
  }
  await Promise.all(['a', 'b', 'c'].map(work))
  isDone = true
  assert.deepEqual(began, ['a1', 'b2', 'c3', 'a4', 'b5', 'c6', 'a7', 'b8', 'c9'])
})
