import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { errorCodes } from 'fastify'
import { Problem } from '../../src/errors.ts'
import { toProblem } from '../../src/http/to-problem.ts'

const withCode = (code: string) => Object.assign(new Error('secret'), { code, statusCode: 400 })

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
    ['FST_ERR_REP_ALREADY_SENT', 'internal-error'],
  ] as const) {
    test(`Fastify's ${code} is ${slug}`, () => {
      const problem = toProblem(new errorCodes[code]('secret'))
      assert.equal(problem.slug, slug)
      assert.doesNotMatch(problem.message, /secret/)
    })
  }

  for (const [code, slug] of [
    ['ECONNRESET', 'request-timeout'],
    ['ENOENT', 'internal-error'],
    ['FST_ERR_CTP_BODY_TOO_LARGE', 'internal-error'],
  ] as const) {
    test(`an error of others with the code ${code} is ${slug}`, () => {
      const problem = toProblem(withCode(code))
      assert.equal(problem.slug, slug)
      assert.doesNotMatch(problem.message, /secret/)
    })
  }

  for (const [statusCode, slug] of [
    [400, 'bad-request'],
    [403, 'not-found'],
    [404, 'not-found'],
    [412, 'bad-request'],
    [416, 'bad-request'],
    [399, 'internal-error'],
    [500, 'internal-error'],
  ] as const) {
    test(`an error that Fastify or a plugin gives the status ${statusCode} is ${slug}`, () => {
      const ofFastify = Object.assign(new Error('secret'), { name: 'FastifyError', code: 'FST_NEW', statusCode })
      const ofPlugin = Object.assign(new Error('secret'), { statusCode, expose: true })
      for (const error of [ofFastify, ofPlugin]) {
        assert.equal(toProblem(error).slug, slug)
        assert.doesNotMatch(toProblem(error).message, /secret/)
      }
    })
  }

  test('keeps what nobody expected for the log', () => {
    for (const thrown of [new TypeError('secret'), 'text', 7, null, undefined]) {
      const problem = toProblem(thrown)
      assert.equal(problem.slug, 'internal-error')
      assert.equal(problem.cause, thrown)
    }
  })
})
