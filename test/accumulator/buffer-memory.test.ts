import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BufferMemory } from '../../src/accumulator/buffer-memory.ts'

test('bytes are free again when the last holder has released', () => {
  const memory = new BufferMemory(100)
  const reservation = memory.tryReserve(60)
  reservation?.retain()
  reservation?.release()
  assert.equal(memory.usedBytes, 60)
  reservation?.release()
  assert.equal(memory.usedBytes, 0)
})

test('what does not fit is refused at once, and nothing is taken', () => {
  const memory = new BufferMemory(100)
  memory.tryReserve(60)
  assert.equal(memory.tryReserve(41), null)
  assert.ok(memory.tryReserve(40))
  assert.equal(memory.usedBytes, 100)
})

test('a release too many is a bug, and so is a retain after the last release', () => {
  const reservation = new BufferMemory(100).tryReserve(1)
  reservation?.release()
  assert.throws(() => reservation?.release())
  assert.throws(() => reservation?.retain())
})
