import assert from 'node:assert/strict'
import { beforeEach, type TestContext, test } from 'node:test'
import { UploadWindow } from '../../src/admission/upload-window.ts'

let nowMs: number

beforeEach(() => {
  nowMs = 0
})

/** A window beside live traffic. */
function createWindow(maxRecords: number, share = 1): UploadWindow {
  const window = new UploadWindow({ maxRecords, share, now: () => nowMs })
  window.noteLive()
  return window
}

const enterAll = (window: UploadWindow) => {
  let entered = 0
  while (window.tryEnter()) entered++
  return entered
}

const leaveAll = (window: UploadWindow, count: number) => {
  for (let i = 0; i < count; i++) window.leave()
}

test('so many places are taken at once; the next ones when all of them were given back', () => {
  const window = createWindow(2)
  assert.equal(enterAll(window), 2)
  window.leave()
  assert.equal(window.tryEnter(), false)
  window.leave()
  assert.equal(enterAll(window), 2)
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

test('after a round there is a pause, in proportion to what it took', () => {
  const window = createWindow(2, 0.25)
  assert.equal(enterAll(window), 2)
  nowMs += 10
  leaveAll(window, 2)
  nowMs += 29
  assert.equal(window.tryEnter(), false)
  nowMs += 1
  assert.equal(enterAll(window), 2)
})

test('who waits gets in when the pause is over', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const window = createWindow(1, 0.5)
  window.tryEnter()
  nowMs += 20
  window.leave()
  const waiting = window.enter(10_000)
  nowMs += 20
  t.mock.timers.tick(20)
  assert.equal(await waiting, true)
})

test('a record that waits for Kafka for long holds up the next round no longer, and makes no long pause', () => {
  const window = createWindow(2, 0.01)
  assert.equal(enterAll(window), 2)
  window.leave()
  nowMs += 1_001
  window.noteLive()
  assert.equal(window.tryEnter(), false)
  nowMs += 100
  assert.equal(enterAll(window), 2)
})

test('while no live records come it is eight times as wide and without pauses, until the first one', () => {
  const window = new UploadWindow({ maxRecords: 1, share: 0.25, now: () => nowMs })
  assert.equal(enterAll(window), 8)
  nowMs += 10
  leaveAll(window, 8)
  assert.equal(enterAll(window), 8)
  window.noteLive()
  leaveAll(window, 7)
  assert.equal(window.tryEnter(), false)
})

test('who has no time left to wait is told so at once, without a warning of Node', async (t: TestContext) => {
  const warnings: string[] = []
  const note = ({ name }: Error) => warnings.push(name)
  process.on('warning', note)
  t.after(() => process.off('warning', note))
  const window = createWindow(1)
  window.tryEnter()
  assert.equal(await window.enter(-5), false)
  assert.equal(await window.enter(0), false)
  await new Promise(setImmediate)
  assert.deepEqual(warnings, [])
  window.leave()
  assert.equal(window.tryEnter(), true)
})
