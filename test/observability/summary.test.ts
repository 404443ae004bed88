import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import type { Logger } from 'pino'
import { EventSummary } from '../../src/observability/summary.ts'

type Line = [level: string, fields: Record<string, unknown>, message: string]

function summary() {
  const lines: Line[] = []
  const at = (level: string) => (fields: Record<string, unknown>, message: string) =>
    lines.push([level, fields, message])
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } as unknown as Logger
  return { events: new EventSummary(logger), lines }
}

test('many events of a class are one line a second, with their number and the latest fields', (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const { events, lines } = summary()
  for (let i = 1; i <= 1_000; i++) events.note('warn', 'answered saturated', { status: 503, i })
  assert.deepEqual(lines, [])
  mock.timers.tick(1_000)
  assert.deepEqual(lines, [['warn', { status: 503, i: 1_000, count: 1_000 }, 'answered saturated']])
  mock.timers.tick(5_000)
  assert.equal(lines.length, 1, 'no events, no line')
  events.note('warn', 'answered saturated', { status: 503 })
  mock.timers.tick(1_000)
  assert.deepEqual(lines[1], ['warn', { status: 503, count: 1 }, 'answered saturated'], 'counted afresh')
  events.stop()
})

test('classes have a line each, with their level', () => {
  const { events, lines } = summary()
  events.note('info', 'a')
  events.note('error', 'b')
  events.note('info', 'a')
  events.stop()
  assert.deepEqual(lines, [
    ['info', { count: 2 }, 'a'],
    ['error', { count: 1 }, 'b'],
  ])
})

test('however many classes there are, a second has about a hundred lines, and no event is uncounted', () => {
  const { events, lines } = summary()
  for (let i = 0; i < 10_000; i++) events.note('warn', `class ${i}`)
  events.note('warn', 'class 5')
  events.stop()
  assert.equal(lines.length, 101)
  assert.equal(lines.find(([, , message]) => message === 'class 5')?.[1].count, 2)
  const counted = lines.reduce((sum, [, { count }]) => sum + (count as number), 0)
  assert.equal(counted, 10_001)
})

test('stopping writes what is left and ends the timer', (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const { events, lines } = summary()
  events.note('info', 'last words')
  events.stop()
  assert.equal(lines.length, 1)
  events.note('info', 'too late')
  mock.timers.tick(10_000)
  assert.equal(lines.length, 1)
})
