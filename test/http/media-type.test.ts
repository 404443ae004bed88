import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { invoiceMediaProblem } from '../../src/http/media-type.ts'

const mediaProblem = (contentType: string | undefined, contentEncoding: string | undefined) =>
  invoiceMediaProblem({ 'content-type': contentType, 'content-encoding': contentEncoding })

suite('the media type of an invoice', () => {
  test('is application/json in UTF-8, however it is written', () => {
    for (const contentType of [
      'application/json',
      'application/json;charset=utf-8',
      'application/json ; charset = "UTF-8"',
      'APPLICATION/JSON; charset=utf8; x=y',
      'application/json;',
    ]) {
      assert.equal(mediaProblem(contentType, undefined), null, contentType)
    }
  })

  test('is nothing else', () => {
    for (const contentType of [
      undefined,
      '',
      'application/json; charset=utf-16',
      'application/json; charset',
      'application/json+x',
      'text/json',
      'application/x-www-form-urlencoded',
    ]) {
      const problem = mediaProblem(contentType, undefined)
      assert.equal(problem?.status, 415, contentType)
      assert.deepEqual(problem?.headers, { accept: 'application/json' })
    }
  })
})

suite('the content coding of an invoice', () => {
  test('is identity or none', () => {
    assert.equal(mediaProblem('application/json', undefined), null)
    assert.equal(mediaProblem('application/json', ' Identity '), null)
    for (const coding of ['gzip', 'zstd', '', 'identity, identity']) {
      assert.deepEqual(mediaProblem('application/json', coding)?.headers, { 'accept-encoding': 'identity' }, coding)
    }
  })
})
