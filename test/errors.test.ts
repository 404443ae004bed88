import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isRetriable, PROBLEMS, Problem, type ProblemSlug, tillAction } from '../src/errors.ts'

test('a problem costs no stack trace, and its cause keeps its own', () => {
  const cause = new Error('what happened')
  const problem = new Problem('internal-error', 'In words.', { cause })
  assert.doesNotMatch(String(problem.stack), /\n\s+at /)
  assert.match(String((problem.cause as Error).stack), /\n\s+at /)
  assert.match(String(new Error('the next one').stack), /\n\s+at /)
})

suite('the rule of the till', () => {
  test('deletes on 2xx, quarantines on 4xx, keeps and resends on everything else', () => {
    for (const status of [200, 201, 207]) assert.equal(tillAction(status), 'delete')
    for (const status of [400, 401, 403, 404, 405, 413, 415, 422, 431]) assert.equal(tillAction(status), 'quarantine')
    for (const status of [301, 408, 409, 424, 425, 429, 500, 502, 503, 504]) assert.equal(tillAction(status), 'resend')
  })

  test('resends what may heal, and nothing else', () => {
    const slugs = Object.keys(PROBLEMS) as ProblemSlug[]
    assert.deepEqual(slugs.filter(isRetriable), [
      ...['request-timeout', 'not-attempted', 'quota-exceeded', 'internal-error', 'saturated', 'upload-not-read'],
      ...['draining', 'refused-by-kafka', 'kafka-unavailable', 'outcome-unknown'],
    ])
  })

  test('quarantines nothing that may be in Kafka', () => {
    for (const [slug, { status, outcome }] of Object.entries(PROBLEMS)) {
      if (outcome === 'unknown') assert.equal(tillAction(status), 'resend', slug)
    }
  })
})
