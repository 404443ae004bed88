import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Throttled } from '../../src/console/throttled.ts'

test('a broker throttles from its first pause until it is said to be over; its pauses add up', () => {
  const throttled = new Throttled()
  const broker = { id: 1, address: 'b:9092', isReachable: true, sinceMs: 0, leads: 0, replicas: 0 }
  const shown = () => {
    const [{ isThrottled, pausesMs } = assert.fail()] = throttled.addTo({ brokers: [broker], leaderless: 0, underReplicated: 0 }).brokers // biome-ignore format: one line
    return [isThrottled, pausesMs]
  }
  assert.deepEqual(shown(), [false, 0])
  throttled.note('began', 'b:9092', 100)
  throttled.note('pause', 'b:9092', 100)
  throttled.note('pause', 'b:9092', 50)
  throttled.note('pause', 'other:9092', 1_000)
  assert.deepEqual(shown(), [true, 150])
  throttled.note('ended', 'b:9092', 5_000)
  assert.deepEqual(shown(), [false, 150])
})
