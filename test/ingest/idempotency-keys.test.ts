import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeyBinding } from '../../src/ingest/idempotency-keys.ts'

test('a key is bound to the identity that it came with first', () => {
  const bind = createKeyBinding()
  assert.equal(bind('k', 'S1/T1/J1/1'), true)
  assert.equal(bind('k', 'S1/T1/J1/1'), true)
  assert.equal(bind('k', 'S1/T1/J1/2'), false)
  assert.equal(bind('k', 'S1/T1/J1/1'), true, 'the refused identity has not replaced the first')
})

test('one identity may come with several keys, and two bindings know nothing of each other', () => {
  const bind = createKeyBinding()
  assert.equal(bind('k1', 'S1/T1/J1/1'), true)
  assert.equal(bind('k2', 'S1/T1/J1/1'), true)
  assert.equal(createKeyBinding()('k1', 'S1/T1/J1/2'), true)
})

test('50,000 keys are remembered; the ones used longest ago are forgotten first', () => {
  const bind = createKeyBinding()
  for (let i = 0; i < 50_000; i++) bind(`k${i}`, 'first')
  assert.equal(bind('k0', 'other'), false, 'all are known')
  bind('one more', 'first')
  assert.equal(bind('k0', 'other'), false, 'it was used a moment ago')
  assert.equal(bind('k1', 'other'), true, 'the oldest has gone')
})
