import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardAttempts, guardOf } from '../../../src/kafka/kafkajs/attempt-gate.ts'
import { leftBySmallCollections } from '../../harness/small-collections.ts'

test('the guard is that of the batch, and of no other', () => {
  const guard = { mayAttempt: () => true, onError: () => {}, onHeld: () => {} }
  const messages = [{ value: 'a' }, { value: 'b' }]
  guardAttempts(messages, guard)
  assert.equal(guardOf(messages), guard)
  assert.equal(guardOf([...messages]), guard)
  assert.equal(guardOf([{ value: 'a' }]), undefined)
  assert.equal(guardOf([]), undefined)
})

test('a guarded batch does not outlive small garbage collections', () => {
  const left = leftBySmallCollections((index) => {
    const batch = new Array(1_000).fill(index)
    guardAttempts([{ value: 'a' }], { mayAttempt: () => batch.length > 0, onError: () => {}, onHeld: () => {} })
  })
  assert.ok(left < 2, `${left} MiB`)
})
