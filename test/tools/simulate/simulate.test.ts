import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { AnswerLine } from '../../../src/tools/audit/answers.ts'
import type { Run } from '../../../src/tools/simulate/options.ts'
import { simulate } from '../../../src/tools/simulate/simulate.ts'
import { BY_THE_RULE } from '../../../src/tools/simulate/wrong-tills.ts'

const never = new AbortController().signal
const RUN: Omit<Run, 'url'> = {
  tills: 100,
  stores: 10,
  load: { ratePerSecond: 40, curve: 'flat', daySeconds: 86_400, burst: undefined },
  seconds: 3,
  drainSeconds: 1,
  connections: 100,
  answerTimeoutMs: 40_000,
  tokenHeaders: {},
  wrong: BY_THE_RULE,
  seed: 1,
}

/** A server that answers so many requests at once, and then freezes. */
async function serverThatFreezes(t: TestContext, afterRequests: number): Promise<URL> {
  let requests = 0
  const answer = (response: ServerResponse) => response.writeHead(201).end('{"invoiceId":"i"}')
  const server = createServer((request, response) => {
    request.resume()
    if (++requests <= afterRequests) answer(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

test('what was never answered counts with its age at the end, and its seconds can be seen', async (t) => {
  const url = await serverThatFreezes(t, 80) // those of two seconds
  const { summary, latencies } = await simulate({ ...RUN, url }, { stop: never, abort: never })
  const { intended, acknowledged, unanswered, latencyMs, series } = summary
  assert.ok(unanswered > intended / 6 && unanswered < intended / 2, `${unanswered} of ${intended}`)
  assert.equal(latencies.count, intended)
  assert.ok(latencies.shareAbove(990) >= (unanswered - 1) / intended, 'none is younger than the wait at the end')
  assert.ok(latencyMs !== null && latencyMs.p99 >= 1_000, JSON.stringify(latencyMs))

  assert.equal(
    series.reduce((sum, { planned }) => sum + planned, 0),
    intended,
  )
  assert.equal(
    series.reduce((sum, step) => sum + step.acknowledged, 0),
    acknowledged,
  )
  const [, second, third] = series
  assert.ok(second !== undefined && second.acknowledged > 0 && second.p50 !== null)
  assert.ok(third !== undefined && third.planned > 0 && (third.p50 ?? 0) >= 1_000, JSON.stringify(third))
})

test('where nothing was acknowledged there are no latencies', async (t) => {
  const url = await serverThatFreezes(t, 0)
  const { summary } = await simulate({ ...RUN, seconds: 1, drainSeconds: 0, url }, { stop: never, abort: never })
  assert.equal(summary.acknowledged, 0)
  assert.ok(summary.unanswered > 0)
  assert.equal(summary.latencyMs, null)
  assert.ok(summary.series.every(({ acknowledged, max }) => acknowledged === 0 && max === null))
})

test('a till that never came to an invoice counts it all the same', async (t) => {
  const url = await serverThatFreezes(t, 20)
  const run = { ...RUN, tills: 1, stores: 1, seconds: 1, url }
  const { summary, latencies } = await simulate(run, { stop: never, abort: never })
  assert.ok(summary.unanswered > 1, 'one is under way, the others wait for it')
  assert.equal(latencies.count, summary.intended)
})

test('Ctrl-C after the last arrival ends the wait for the end of the run', async (t) => {
  const url = await serverThatFreezes(t, Infinity)
  const run = { ...RUN, load: { ...RUN.load, ratePerSecond: 0.1 }, seconds: 20, seed: 35, url } // one arrival, at 0.07 s
  for (const signal of ['stop', 'abort'] as const) {
    const pressed = new AbortController()
    const onAnswer = () => setTimeout(() => pressed.abort(), 50)
    const { summary } = await simulate(run, { stop: never, abort: never, onAnswer, [signal]: pressed.signal })
    assert.equal(summary.acknowledged, 1)
    assert.equal(summary.isInterrupted, true)
    assert.ok(summary.seconds < run.seconds, `${summary.seconds} s`)
  }
})

test('what tills send wrongly is counted for itself, and twins have one identity', async (t) => {
  const url = await serverThatFreezes(t, Infinity)
  const wrong = { changedPercent: 50, olderPercent: 50, twinsPercent: 20 }
  const lines: AnswerLine[] = []
  const { summary } = await simulate(
    { ...RUN, tills: 10, stores: 5, seconds: 2, drainSeconds: 30, wrong, url },
    { stop: never, abort: never, onAnswer: (line) => lines.push(line) },
  )
  const { intended, sent, acknowledged, unanswered, attempts } = summary
  const { changed, older, twin } = summary.wrong
  assert.deepEqual([sent, acknowledged, unanswered], [intended, intended, 0], 'planned ones only')
  assert.equal(attempts, sent + changed.sent + older.sent)
  const marked = (kind: string) => lines.filter((line) => line.wrong === kind).length
  assert.deepEqual([marked('changed'), marked('older'), marked('twin')], [changed.sent, older.sent, twin.sent])
  for (const counts of [changed, older, twin]) assert.ok(counts.sent > 0 && counts.acknowledged === counts.sent)
  const twins = lines.filter((line) => line.wrong === 'twin')
  assert.deepEqual([...new Set(twins.map(({ terminalId }) => terminalId))], ['T1'])
  assert.equal(twins.filter(({ sequenceNumber }) => sequenceNumber === 1).length, 2)
})
