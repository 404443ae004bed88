import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BacklogWindow } from '../../src/accumulator/backlog-window.ts'

/** A window beside live traffic. */
function createWindow(maxRecords: number): BacklogWindow {
  const window = new BacklogWindow(maxRecords, () => 0)
  window.noteLive()
  return window
}

test('places are taken at once while there are any', () => {
  const window = createWindow(2)
  assert.deepEqual([window.tryEnter(), window.tryEnter(), window.tryEnter()], [true, true, false])
  window.leave()
  assert.equal(window.tryEnter(), true)
})

test('those who wait get places in the order in which they came, and nobody passes them', async () => {
  const window = createWindow(1)
  window.tryEnter()
  const order: string[] = []
  const waiting = ['a', 'b'].map((name) => window.enter(10_000).then(() => order.push(name)))
  window.leave()
  assert.equal(window.tryEnter(), false)
  window.leave()
  await Promise.all(waiting)
  assert.deepEqual(order, ['a', 'b'])
})

test('a wait ends at its deadline and takes nothing', async () => {
  const window = createWindow(1)
  window.tryEnter()
  assert.equal(await window.enter(5), false)
  window.leave()
  assert.equal(window.tryEnter(), true)
})

test('while no live records come it is eight times as wide, and narrow again with the first one', async () => {
  let nowMs = 0
  const window = new BacklogWindow(1, () => nowMs)
  const admitted = Array.from({ length: 9 }, () => window.tryEnter())
  assert.equal(admitted.filter(Boolean).length, 8)
  const waiting = window.enter(10_000)
  window.noteLive()
  for (let i = 0; i < 7; i++) window.leave()
  assert.equal(await Promise.race([waiting, Promise.resolve('waits')]), 'waits')
  nowMs = 2_000
  window.leave()
  assert.equal(await waiting, true)
})
