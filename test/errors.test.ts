import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../src/errors.ts'

test('a problem costs no stack trace, and its cause keeps its own', () => {
  const cause = new Error('what happened')
  const problem = new Problem('internal-error', 'In words.', { cause })
  assert.doesNotMatch(String(problem.stack), /\n\s+at /)
  assert.match(String((problem.cause as Error).stack), /\n\s+at /)
  assert.match(String(new Error('the next one').stack), /\n\s+at /)
})
