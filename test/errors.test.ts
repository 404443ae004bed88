import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { PROBLEMS, Problem, type ProblemSlug, TILL_RULE, tillAction, tillOf } from '../src/errors.ts'

test('a problem costs no stack trace, and its cause keeps its own', () => {
  const cause = new Error('what happened')
  const problem = new Problem('internal-error', 'In words.', { cause })
  assert.doesNotMatch(String(problem.stack), /\n\s+at /)
  assert.match(String((problem.cause as Error).stack), /\n\s+at /)
  assert.match(String(new Error('the next one').stack), /\n\s+at /)
})

suite("the till's rule", () => {
  const receipt = { invoiceId: 'af811dfa-ab42-5bbb-83f8-d294264d2a96', partition: 0, offset: '0' }

  test('deletes on a receipt, and on nothing else that is called a success', () => {
    for (const status of [200, 201]) assert.equal(tillAction(status, receipt), 'delete')
    for (const answer of [null, undefined, '<html>', 'Sign in', [], {}, { status: 'ok' }, { invoiceId: 7 }, 201])
      assert.equal(tillAction(200, answer), 'resend')
    assert.equal(tillAction(302, receipt), 'resend')
    assert.equal(tillAction(500, receipt), 'resend')
  })

  test('quarantines what a problem document says to quarantine, and nothing else, whatever the status', () => {
    for (let status = 300; status < 600; status++) {
      for (const answer of [null, undefined, 'not found', {}, { status }, { till: 'resend' }, { till: true }])
        assert.equal(tillAction(status, answer), 'resend', `${status}`)
      assert.equal(tillAction(status, { till: 'quarantine' }), 'quarantine')
    }
  })

  test('quarantines only for a fault of the document itself', () => {
    const slugs = Object.keys(PROBLEMS) as ProblemSlug[]
    assert.deepEqual(
      slugs.filter((slug) => tillOf(slug) === 'quarantine'),
      ['malformed-json', 'too-large', 'invalid-invoice', 'identity-conflict'],
    )
  })

  test('quarantines nothing that may be in Kafka', () => {
    for (const [slug, { outcome }] of Object.entries(PROBLEMS)) {
      if (outcome === 'unknown') assert.equal(tillOf(slug as ProblemSlug), 'resend', slug)
    }
  })

  test('stands in the documentation word for word', async () => {
    for (const file of ['README.md', 'docs/uploads.md', 'docs/clients.md']) {
      const text = await readFile(new URL(`../${file}`, import.meta.url), 'utf8')
      assert.ok(text.replaceAll(/\n>?\s*/g, ' ').includes(TILL_RULE), file)
    }
  })
})
