import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { invoiceMediaProblem, linesType, uploadMedia, uploadMediaProblem } from '../../src/http/media-type.ts'

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

suite('the media type of an upload', () => {
  test('is one of those that people use for NDJSON, or application/json', () => {
    for (const contentType of [
      'application/x-ndjson',
      'application/ndjson',
      'application/jsonl; charset=utf-8',
      'application/x-jsonl',
      'Application/JSONLines',
      'application/x-jsonlines',
    ]) {
      assert.equal(uploadMediaProblem({ 'content-type': contentType }), null, contentType)
      assert.equal(uploadMedia({ 'content-type': contentType }).framing, 'lines')
    }
    assert.equal(uploadMedia({ 'content-type': 'application/json' }).framing, 'array')
    for (const contentType of [undefined, 'text/plain', 'application/json-seq', 'application/jsonl; charset=utf-16'])
      assert.equal(uploadMediaProblem({ 'content-type': contentType })?.status, 415, contentType)
  })

  test('of its answer is the one that the client accepts', () => {
    const answered = (accept: string | undefined) => linesType({ 'content-type': 'application/ndjson', accept })
    assert.equal(answered('application/jsonl'), 'application/jsonl')
    assert.equal(answered('text/html, application/ndjson;q=0.9'), 'application/ndjson')
    for (const accept of [undefined, '*/*', 'application/json', 'application/ndjson;q=0'])
      assert.equal(answered(accept), null, accept)
  })
})

test('x-gzip is gzip', () => {
  const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'X-Gzip' }
  assert.equal(uploadMediaProblem(headers), null)
  assert.equal(uploadMedia(headers).coding, 'gzip')
})
