import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Problem } from '../../src/errors.ts'
import { toProblem } from '../../src/http/to-problem.ts'

const withCode = (code: string, more: object = {}) => Object.assign(new Error('secret'), { code, ...more })

suite('toProblem', () => {
  test('leaves a problem as it is', () => {
    const problem = new Problem('saturated', 'Full.')
    assert.equal(toProblem(problem), problem)
  })

  for (const [code, slug] of [
    ['FST_ERR_BAD_URL', 'bad-request'],
    ['FST_ERR_MAX_PARAM_LENGTH', 'bad-request'],
    ['FST_ERR_NOT_FOUND', 'not-found'],
    ['FST_ERR_CTP_BODY_TOO_LARGE', 'too-large'],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported-media-type'],
    ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'request-timeout'],
    ['ECONNRESET', 'request-timeout'],
    ['FST_ERR_REP_ALREADY_SENT', 'internal-error'],
    ['ENOENT', 'internal-error'],
  ] as const) {
    test(`${code} is ${slug}`, () => {
      const problem = toProblem(withCode(code, { statusCode: 400 }))
      assert.equal(problem.slug, slug)
      assert.doesNotMatch(problem.message, /secret/)
    })
  }

  test('points at the parameters that failed', () => {
    const validation = [{ instancePath: '/storeId', message: 'Expected string to match' }]
    const { slug, errors } = toProblem(withCode('FST_ERR_VALIDATION', { validation, validationContext: 'params' }))
    assert.equal(slug, 'bad-request')
    assert.deepEqual(errors, [{ pointer: '/path/storeId', code: 'parameter', detail: 'Expected string to match' }])
  })

  test('keeps what nobody expected for the log', () => {
    for (const thrown of [new TypeError('secret'), 'text', 7, null, undefined]) {
      const problem = toProblem(thrown)
      assert.equal(problem.slug, 'internal-error')
      assert.equal(problem.cause, thrown)
    }
  })
})
