import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { createThrottleLog } from '../../src/observability/throttle-log.ts'

test('the log has the beginning and the end of a throttling, the metrics each pause', () => {
  const lines: unknown[] = []
  const logger = pino({ base: null, timestamp: false }, { write: (text: string) => lines.push(JSON.parse(text)) })
  const told: unknown[] = []
  const note = createThrottleLog(logger, () => ({
    kafkaPaused: (broker, seconds) => told.push([broker, seconds]),
    kafkaThrottled: (broker, isThrottled) => told.push([broker, isThrottled]),
  }))
  note('began', 'a:1', 1_500)
  note('pause', 'a:1', 1_500)
  note('pause', 'a:1', 20)
  note('ended', 'a:1', 3_000.4)
  assert.deepEqual(told, [
    ['a:1', true],
    ['a:1', 1.5],
    ['a:1', 0.02],
    ['a:1', false],
  ])
  assert.deepEqual(lines, [
    { level: 40, broker: 'a:1', pauseSeconds: 1.5, msg: 'kafka throttles: a quota is exceeded' },
    { level: 30, broker: 'a:1', seconds: 3, msg: 'kafka no longer throttles' },
  ])
})
