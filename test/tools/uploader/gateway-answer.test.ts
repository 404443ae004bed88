import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readGatewayAnswer } from '../../../src/tools/uploader/gateway-answer.ts'
import { answerText } from './scripted-gateway.ts'

const headers = (more: Record<string, string> = {}) =>
  new Headers({ 'content-type': 'application/x-ndjson; charset=utf-8', ...more })
const read = (text: string, invoices: number) => readGatewayAnswer(207, headers(), text, invoices)

test('a result for each invoice, and the time to wait', () => {
  const answer = readGatewayAnswer(207, headers({ 'retry-after': '2' }), answerText([201, 503]), 2)
  assert.ok(answer.kind === 'results')
  assert.deepEqual(
    answer.results.map(({ status }) => status),
    [201, 503],
  )
  assert.equal(answer.retryAfterMs, 2_000)
})

test('an answer that is cut off anywhere is none', () => {
  const text = answerText([201, 422, 201])
  assert.equal(read(text, 3).kind, 'results')
  for (let end = 0; end < text.length; end++) assert.equal(read(text.slice(0, end), 3).kind, 'none', `${end} bytes`)
})

test('an answer that does not fit the request is none', () => {
  const whole = answerText([201, 201])
  const [first, second, summary] = whole.split('\n') as [string, string, string]
  const odd: [string, number][] = [
    [whole, 1],
    [whole, 3],
    [`${whole}\n`, 2],
    [`${second}\n${first}\n${summary}\n`, 2],
    [`${first}\n${first}\n${summary}\n`, 2],
    [`${first}\n${second}\n${second}\n`, 2],
    [whole.replace('"receipt"', '"reciept"'), 2],
    [whole.replace('201', '"201"'), 2],
    [whole.replace('201', '103'), 2],
    [whole.replace('201', '422'), 2],
    ['<html>Sign in</html>', 2],
  ]
  for (const [text, invoices] of odd) assert.equal(read(text, invoices).kind, 'none', text)
  assert.equal(readGatewayAnswer(200, new Headers({ 'content-type': 'text/html' }), whole, 2).kind, 'none')
  assert.equal(readGatewayAnswer(202, headers(), '', 2).kind, 'none')
})

test('any other status is for the whole, with its problem if it has one', () => {
  const problem = { title: 'T', outcome: 'rejected' }
  const date = new Date(Date.now() + 60_000).toUTCString()
  const answer = readGatewayAnswer(503, headers({ 'retry-after': date }), JSON.stringify(problem), 2)
  assert.ok(answer.kind === 'whole')
  assert.deepEqual([answer.status, answer.problem], [503, problem])
  assert.ok(answer.retryAfterMs !== undefined && answer.retryAfterMs > 30_000 && answer.retryAfterMs <= 60_000)
  const bare = readGatewayAnswer(502, new Headers({ 'retry-after': 'soon' }), '<html>', 2)
  assert.deepEqual(bare, { kind: 'whole', status: 502, problem: undefined, retryAfterMs: undefined })
})
