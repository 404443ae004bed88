import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { PROBLEMS, Problem, type ProblemSlug, tillOf } from '../../src/errors.ts'
import { problemDocument } from '../../src/http/problem-document.ts'
import { uploadResponse } from '../../src/http/upload-answer.ts'
import type { ItemAnswer } from '../../src/ingest/upload.ts'
import { IDENTITY, RECEIPT } from './test-app.ts'

const STORED: ItemAnswer = { kind: 'receipt', receipt: RECEIPT, isReplay: false }

const failed = (slug: ProblemSlug, retryAfterSeconds?: number): ItemAnswer => ({
  kind: 'problem',
  identity: IDENTITY,
  problem: new Problem(slug, 'In words.', retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
})

const textOf = (answers: readonly ItemAnswer[], asLines: boolean) =>
  [...uploadResponse(answers, asLines).parts].join('')

/** The same, made in one piece. */
function inOnePiece(answers: readonly ItemAnswer[], summary: object, asLines: boolean): string {
  const results = answers.map((answer, index) => {
    if (answer.kind === 'receipt') {
      const result = { index, identity: IDENTITY, status: 201, receipt: RECEIPT }
      return answer.isReplay ? { ...result, replayed: true } : result
    }
    const { identity, problem } = answer
    return { index, identity, status: problem.status, problem: problemDocument(problem) }
  })
  if (!asLines) return JSON.stringify({ summary, results })
  return [...results, { summary }].map((line) => `${JSON.stringify(line)}\n`).join('')
}

const OF_ITEMS = [
  'malformed-json',
  'too-large',
  'invalid-invoice',
  'identity-conflict',
  'not-attempted',
  'quota-exceeded',
  'saturated',
  'draining',
  'refused-by-kafka',
  'kafka-unavailable',
  'topic-unusable',
  'throttled',
  'outcome-unknown',
] as const satisfies ProblemSlug[]

suite('the answer to an upload', () => {
  test('counts every invoice once and says of each what it would be told alone, in order, in either form', () => {
    const slugs = fc.array(fc.constantFrom('stored', 'replayed', ...OF_ITEMS), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(slugs, (slugs) => {
        const isStored = (slug: (typeof slugs)[0]) => slug === 'stored' || slug === 'replayed'
        const statuses = slugs.map((slug) => (slug === 'stored' || slug === 'replayed' ? 201 : PROBLEMS[slug].status))
        const count = (of: (slug: (typeof slugs)[0]) => boolean) => slugs.filter(of).length
        const isRetry = (slug: (typeof slugs)[0]) =>
          slug !== 'stored' && slug !== 'replayed' && tillOf(slug) === 'resend'
        const retry = count(isRetry)
        const obstacles = slugs.filter((slug) => isRetry(slug) && slug !== 'not-attempted')
        const mayBeInKafka = slugs.some((slug) => isStored(slug) || slug === 'outcome-unknown')
        const answers = slugs.map((slug) => {
          if (slug === 'stored') return STORED
          return slug === 'replayed' ? { ...STORED, isReplay: true } : failed(slug)
        })

        if (retry === slugs.length && !mayBeInKafka && obstacles.length > 0) {
          assert.throws(() => uploadResponse(answers, false), { slug: obstacles[0] })
          return
        }
        const { status, summary, replayed, unknown, parts, retryAfter } = uploadResponse(answers, false)
        const body = [...parts].join('')
        const accepted = count(isStored)
        assert.equal(status, accepted === slugs.length ? 200 : 207)
        assert.deepEqual(summary, { accepted, rejected: slugs.length - accepted - retry, retry })
        assert.deepEqual(
          [replayed, unknown],
          ['replayed', 'outcome-unknown'].map((one) => count((slug) => slug === one)),
        )
        assert.equal(retryAfter !== undefined, obstacles.length > 0)
        const document = JSON.parse(body)
        assert.deepEqual(document.summary, summary)
        assert.deepEqual(
          (document.results as { index: number; status: number }[]).map(({ index, status }) => [index, status]),
          statuses.map((status, index) => [index, status]),
        )
        for (const result of document.results) {
          assert.deepEqual(result.identity, IDENTITY)
          assert.equal('receipt' in result, result.status === 201)
          assert.equal(result.replayed === true, slugs[result.index] === 'replayed')
          assert.equal('problem' in result, result.status !== 201)
        }
        const lines = textOf(answers, true).split('\n')
        assert.equal(lines.pop(), '')
        assert.deepEqual(JSON.parse(lines.pop() as string), { summary })
        assert.deepEqual(
          lines.map((line) => JSON.parse(line)),
          document.results,
        )
      }),
      { numRuns: 500 },
    )
  })

  test('is in parts, of bounded length however long it is, which together are the same bytes', () => {
    for (const count of [1, 50, 1_000])
      for (const asLines of [true, false]) {
        const answers: ItemAnswer[] = Array.from({ length: count }, (_, i) =>
          i % 3 === 0 ? failed('invalid-invoice') : STORED,
        )
        const { parts: made, summary } = uploadResponse(answers, asLines)
        const parts = [...made]
        assert.equal(parts.join(''), inOnePiece(answers, summary, asLines))
        assert.ok(parts.every(({ length }) => length < 40_000))
        assert.equal(parts.length > 5, count === 1_000)
      }
  })

  test('leaves the identity out where it cannot be told', () => {
    const answers = [{ ...failed('malformed-json'), identity: undefined } as ItemAnswer]
    assert.ok(!('identity' in JSON.parse(textOf(answers, false)).results[0]))
  })

  test('comes back when the first obstacle is over, not when the last one is', () => {
    const { retryAfter } = uploadResponse([STORED, failed('quota-exceeded', 41), failed('saturated', 2)], false)
    assert.equal(retryAfter, 41)
  })
})
