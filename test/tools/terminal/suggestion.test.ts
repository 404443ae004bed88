import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suggestion } from '../../../src/tools/terminal/suggestion.ts'

const commands = ['serve', 'tail', 'audit', 'upload', 'topics', 'simulate', 'config']

test('the nearest name is suggested for a slip of the finger, a beginning, and another case', () => {
  const cases = { tial: 'tail', tails: 'tail', audti: 'audit', sim: 'simulate', UPLOAD: 'upload', topic: 'topics' }
  for (const [typed, meant] of Object.entries(cases))
    assert.equal(suggestion(typed, commands), `; did you mean ${meant}?`, typed)
})

test('nothing is suggested for what is like none of them', () => {
  for (const typed of ['destroy', 'x', '', 'kubernetes']) assert.equal(suggestion(typed, commands), '', typed)
  assert.equal(suggestion('tail', []), '')
})
