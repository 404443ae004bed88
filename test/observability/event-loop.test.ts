import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../dev/kafka/eventually.ts'
import { watchEventLoop } from '../../src/observability/event-loop.ts'

/** Holds the event loop up. */
function block(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

test('the longest block of the last minute or two is told, to every reader, and then forgotten', async () => {
  let nowMs = 0
  const longestSeconds = watchEventLoop(() => nowMs)
  await sleep(30) // so that it has looked before
  block(2_000)
  await sleep(30)
  const seconds = longestSeconds()
  assert.ok(seconds > 1.9, String(seconds))
  assert.ok(longestSeconds() >= seconds)
  nowMs += 60_000
  assert.ok(longestSeconds() >= seconds)
  nowMs += 30_000
  assert.ok(longestSeconds() >= seconds)
  nowMs += 30_000
  assert.ok(longestSeconds() >= seconds, 'in the window before')
  await eventually('it is forgotten, as is what else may have held the loop up since', 20_000, 30, async () => {
    nowMs += 60_000
    return longestSeconds() < 1.9 || undefined
  })
})
