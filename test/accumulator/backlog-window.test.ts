import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BacklogWindow } from '../../src/accumulator/backlog-window.ts'

test('places are taken at once while there are any', () => {
  const window = new BacklogWindow(2)
  assert.deepEqual([window.tryEnter(), window.tryEnter(), window.tryEnter()], [true, true, false])
  window.leave()
  assert.equal(window.tryEnter(), true)
})

test('those who wait get places in the order in which they came, and nobody passes them', async () => {
  const window = new BacklogWindow(1)
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
  const window = new BacklogWindow(1)
  window.tryEnter()
  assert.equal(await window.enter(5), false)
  window.leave()
  assert.equal(window.tryEnter(), true)
})
