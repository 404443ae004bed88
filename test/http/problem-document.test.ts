import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PROBLEMS, Problem, type ProblemSlug, tillOf } from '../../src/errors.ts'
import { problemAnswer, problemDocument, retryAfterSeconds } from '../../src/http/problem-document.ts'
import { exampleOf } from '../../src/http/problem-texts.ts'

const SLUGS = Object.keys(PROBLEMS) as ProblemSlug[]

suite('problemDocument', () => {
  test('has the members of RFC 9457, what is known of the invoice, and every broken rule', () => {
    const errors = [{ pointer: '/lines/0/quantity', code: 'decimal', detail: 'At most 6 decimals.' }]
    assert.deepEqual(problemDocument(new Problem('invalid-invoice', 'In words.', { errors })), {
      type: '/problems/invalid-invoice',
      title: PROBLEMS['invalid-invoice'].title,
      status: 422,
      detail: 'In words.',
      outcome: 'rejected',
      till: 'quarantine',
      errors,
    })
  })

  test('is made from the slug: status, title, outcome and what the till does cannot disagree with the table', () => {
    for (const slug of SLUGS) {
      const { type, title, status, outcome, till } = problemDocument(exampleOf(slug))
      const { [slug]: row } = PROBLEMS
      assert.deepEqual(
        { type, title, status, outcome, till },
        { type: `/problems/${slug}`, title: row.title, status: row.status, outcome: row.outcome, till: tillOf(slug) },
      )
    }
  })
})

suite('problemDocument', () => {
  test('says how many violations it leaves out, if it does', () => {
    const errors = [{ pointer: '/a', code: 'unknown-member', detail: 'In words.' }]
    assert.equal(problemDocument(new Problem('invalid-invoice', '', { errors, omitted: 3 })).omitted, 3)
    assert.ok(!('omitted' in problemDocument(new Problem('invalid-invoice', '', { errors, omitted: 0 }))))
  })
})

suite('exampleOf', () => {
  test('shows a rule that exists, at a place that exists, for an invoice that breaks it', () => {
    const { errors = [] } = exampleOf('invalid-invoice')
    assert.deepEqual(
      errors.map(({ code, pointer }) => `${code} ${pointer}`),
      ['tender-sum /totals/tendered'],
    )
  })
})

suite('problemAnswer', () => {
  test('is the document as JSON with the id of the request, and the header fields that the problem asks for', () => {
    const wrong = new Problem('method-not-allowed', 'In words.', { headers: { allow: 'POST' } })
    const { fields, body } = problemAnswer(wrong, 'a-1')
    assert.deepEqual(fields, { 'content-type': 'application/problem+json; charset=utf-8', allow: 'POST' })
    assert.deepEqual(JSON.parse(body), { ...problemDocument(wrong), requestId: 'a-1' })
    const late = problemAnswer(new Problem('draining', 'In words.', { retryAfterSeconds: 4.1 }), 'a-2')
    assert.equal(late.fields['retry-after'], '5')
  })
})

suite('retryAfterSeconds', () => {
  test('is 1 to 3 whole seconds for what passes by itself, and nothing for what does not', () => {
    for (const slug of SLUGS) {
      for (let i = 0; i < 50; i++) {
        const seconds = retryAfterSeconds(new Problem(slug, ''))
        if (PROBLEMS[slug].fault === 'passing') assert.ok(seconds === 1 || seconds === 2 || seconds === 3, slug)
        else assert.equal(seconds, undefined, slug)
      }
    }
  })

  test('is what the problem says, rounded up, where it says something', () => {
    assert.equal(retryAfterSeconds(new Problem('draining', '', { retryAfterSeconds: 4.1 })), 5)
    assert.equal(retryAfterSeconds(new Problem('draining', '', { retryAfterSeconds: 0 })), 1)
    assert.equal(retryAfterSeconds(new Problem('too-large', '', { retryAfterSeconds: 4 })), undefined)
  })
})
