import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemDocument } from '../../../src/http/problem-document.ts'
import { exampleOf } from '../../../src/http/problem-texts.ts'
import type { HttpAnswer } from '../../../src/tools/uploader/ask-gateway.ts'
import { isStored, readCursorAnswer } from '../../../src/tools/uploader/cursor-answer.ts'

function answered(status: number, text: string, headers: Record<string, string> = {}): HttpAnswer {
  return { kind: 'answered', status, headers: new Headers(headers), text }
}

const problem = (slug: Parameters<typeof exampleOf>[0], headers: Record<string, string> = {}) => {
  const document = problemDocument(exampleOf(slug))
  return answered(document.status, JSON.stringify(document), headers)
}

test('a cursor is taken from a 200 alone, with numbers where numbers belong; members that are not known are ignored', () => {
  const cursor = { through: 3, ahead: [[5, 6]], missing: [[4, 4]], more: true }
  const taken = readCursorAnswer(answered(200, JSON.stringify(cursor)))
  assert.ok(taken.kind === 'cursor')
  assert.deepEqual([taken.cursor.through, taken.cursor.ahead], [3, [[5, 6]]])
  for (const text of [
    '<html>Sign in</html>',
    '',
    '[]',
    '{}',
    '{"through":3}',
    '{"through":"3","ahead":[]}',
    '{"through":-1,"ahead":[]}',
    '{"through":3,"ahead":[5]}',
    '{"through":3,"ahead":[[5]]}',
  ])
    assert.equal(readCursorAnswer(answered(200, text)).kind, 'again', text)
  for (const status of [201, 204, 302, 500])
    assert.equal(readCursorAnswer(answered(status, JSON.stringify(cursor))).kind, 'again', `${status}`)
})

test('a gateway without cursors ends it with one line that says what to set', () => {
  const answer = readCursorAnswer(problem('cursors-off'))
  assert.ok(answer.kind === 'stop')
  assert.match(answer.reason, /no resume cursors: it needs JOURNALS_TOPIC/)
})

test('a gateway without room for the journal says nothing about it: its invoices are sent', () => {
  assert.deepEqual(readCursorAnswer(problem('cursor-not-kept', { 'retry-after': '60' })), { kind: 'no-cursor' })
  assert.deepEqual(readCursorAnswer(problem('bad-request')), { kind: 'no-cursor' })
})

test('what passes is asked again, as late as the gateway says', () => {
  assert.deepEqual(readCursorAnswer(problem('cursors-unread', { 'retry-after': '3' })), {
    kind: 'again',
    reason:
      'answered 503: The gateway has not read all journals yet: The gateway is still reading the journals. Ask again later',
    retryAfterMs: 3_000,
  })
  for (const answer of [problem('saturated'), problem('sender-limit'), answered(502, '<h1>Bad Gateway</h1>')])
    assert.equal(readCursorAnswer(answer).kind, 'again')
  const none = { kind: 'none', reason: 'no answer: refused', isSent: false } as const
  assert.deepEqual(readCursorAnswer(none), { kind: 'again', reason: none.reason, retryAfterMs: undefined })
})

test('what only a person can change ends it', () => {
  for (const answer of [problem('unauthorized'), problem('not-found'), answered(405, ''), problem('forbidden')])
    assert.equal(readCursorAnswer(answer).kind, 'stop')
  const forbidden = readCursorAnswer(problem('forbidden'))
  assert.match(forbidden.kind === 'stop' ? forbidden.reason : '', /403.*--token-file/)
})

test('a number is in Kafka up to through, and in the ranges ahead of it', () => {
  const cursor = {
    through: 3,
    ahead: [
      [5, 5],
      [8, 10],
    ],
  } as const
  const numbers = Array.from({ length: 12 }, (_, i) => i + 1)
  assert.deepEqual(
    numbers.filter((number) => isStored(cursor, number)),
    [1, 2, 3, 5, 8, 9, 10],
  )
})
