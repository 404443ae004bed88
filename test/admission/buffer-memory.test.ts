import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BufferMemory } from '../../src/admission/buffer-memory.ts'

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

test('a reservation can become smaller, and larger where there is room; the last release frees what it is then', () => {
  const memory = new BufferMemory(100)
  const reservation = memory.tryReserve(60)
  memory.tryReserve(10)
  assert.equal(reservation?.resize(91), false)
  assert.equal(reservation?.sizeBytes, 60)
  assert.equal(reservation?.resize(90), true)
  assert.equal(memory.usedBytes, 100)
  assert.equal(reservation?.resize(20), true)
  reservation?.release()
  assert.equal(memory.usedBytes, 10)
})

test('what a part holds, the whole holds too; both bounds count', () => {
  const whole = new BufferMemory(100)
  const part = new BufferMemory(50, whole)
  assert.equal(part.tryReserve(51), null)
  const held = part.tryReserve(40)
  assert.deepEqual([part.usedBytes, whole.usedBytes], [40, 40])
  assert.ok(whole.tryReserve(55))
  assert.equal(part.tryReserve(6), null, 'the whole is full')
  assert.equal(held?.resize(46), false)
  assert.deepEqual([part.usedBytes, whole.usedBytes], [40, 95])
  held?.release()
  assert.deepEqual([part.usedBytes, whole.usedBytes], [0, 55])
})
