import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeyBinding, scopedKey } from '../../src/ingest/idempotency-keys.ts'

test('a key is for every identity until it is bound to one, and for that one from then on', () => {
  const keys = createKeyBinding()
  assert.ok(keys.isFor('k', 'S1/T1/J1/1') && keys.isFor('k', 'S1/T1/J1/2'))
  keys.bind('k', 'S1/T1/J1/1')
  assert.ok(keys.isFor('k', 'S1/T1/J1/1'))
  assert.ok(!keys.isFor('k', 'S1/T1/J1/2'))
  keys.bind('k', 'S1/T1/J1/2')
  assert.ok(keys.isFor('k', 'S1/T1/J1/1'), 'the first of two that were under way keeps it')
})

test('one identity may come with several keys, and two bindings know nothing of each other', () => {
  const keys = createKeyBinding()
  for (const key of ['k1', 'k2']) keys.bind(key, 'S1/T1/J1/1')
  assert.ok(keys.isFor('k1', 'S1/T1/J1/1') && keys.isFor('k2', 'S1/T1/J1/1'))
  assert.ok(createKeyBinding().isFor('k1', 'S1/T1/J1/2'))
})

test('the same key of two principals is two keys, and no name and key together look like another pair', () => {
  const of = (name: string, key: string) => scopedKey({ name }, key)
  const scoped = [
    of('a', 'k'),
    of('b', 'k'),
    scopedKey(null, 'k'),
    of('a', 'b k'),
    scopedKey(null, 'a k'),
    of('ak', ''),
  ]
  assert.equal(new Set(scoped).size, scoped.length)
})

test('50,000 keys are remembered; the ones used longest ago are forgotten first', () => {
  const keys = createKeyBinding()
  for (let i = 0; i < 50_000; i++) keys.bind(`k${i}`, 'first')
  assert.ok(!keys.isFor('k0', 'other'), 'all are known')
  keys.bind('one more', 'first')
  assert.ok(!keys.isFor('k0', 'other'), 'it was used a moment ago')
  assert.ok(keys.isFor('k1', 'other'), 'the oldest has gone')
})
