import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PROBLEMS, type ProblemSlug, TILL_RULE, tillOf } from '../../src/errors.ts'
import { escapeHtml } from '../../src/escape-html.ts'
import { textToHtml } from '../../src/http/html.ts'
import { rawMarks } from './raw-marks.ts'
import { testApp } from './test-app.ts'

const SLUGS = Object.keys(PROBLEMS) as ProblemSlug[]

suite('the pages of the problems', () => {
  test('the list leads to every problem', async (t) => {
    const { app, contract } = await testApp(t)
    const answer = await app.inject('/problems')
    contract('GET', '/problems', answer)
    for (const slug of SLUGS) assert.ok(answer.body.includes(`href="/problems/${slug}"`), slug)
  })

  test('every problem has a page that says what the till does, with an example', async (t) => {
    const { app, contract } = await testApp(t)
    for (const slug of SLUGS) {
      const answer = await app.inject(`/problems/${slug}`)
      assert.equal(answer.statusCode, 200)
      contract('GET', '/problems/:slug', answer)
      const { fault, outcome } = PROBLEMS[slug]
      const verb = { document: 'Puts the invoice aside', request: 'Keeps the invoice', passing: 'Keeps the invoice' }
      assert.ok(answer.body.includes(`<code>${tillOf(slug)}</code>: ${verb[fault]}`), slug)
      assert.ok(answer.body.includes(textToHtml(TILL_RULE)), slug)
      assert.ok(answer.body.includes(escapeHtml(`"type": "/problems/${slug}"`)), slug)
      assert.ok(answer.body.includes(`<code>${outcome}</code>`), slug)
    }
  })

  test('show no raw mark to people', async (t) => {
    const { app } = await testApp(t)
    for (const url of ['/problems', ...SLUGS.map((slug) => `/problems/${slug}`)]) {
      assert.deepEqual(rawMarks((await app.inject(url)).body), [], url)
    }
  })

  test('run nothing, load nothing and are framed by nobody', async (t) => {
    const { app } = await testApp(t)
    for (const url of ['/problems', '/problems/saturated']) {
      const answer = await app.inject(url)
      const policy = String(answer.headers['content-security-policy'])
      assert.match(policy, /default-src 'none'/)
      assert.match(policy, /frame-ancestors 'none'/)
      assert.doesNotMatch(policy, /unsafe|\*|http/)
      assert.doesNotMatch(answer.body, /<script|style=|https?:\/\//)
    }
  })

  test('a problem that does not exist is 404 and is not repeated', async (t) => {
    const { app, contract } = await testApp(t)
    const answer = await app.inject('/problems/%3Cscript%3E')
    assert.equal(contract('GET', '/problems/:slug', answer).type, '/problems/not-found')
    assert.doesNotMatch(answer.body, /script/)
    assert.equal((await app.inject('/problems/toString')).statusCode, 404)
  })
})
