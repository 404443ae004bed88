import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dispatch } from '../../src/commands/dispatch.ts'

const ENVIRONMENT = { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_PARTITIONS: '3' }

/** Runs the command; these end before anything is asked of Kafka. */
async function dedup(...args: string[]): Promise<{ code: number | undefined; error: string }> {
  const errors: string[] = []
  const output = { log: () => {}, error: (text: string) => void errors.push(text) }
  const code = await dispatch(['dedup', ...args], ENVIRONMENT, output)
  return { code, error: errors.join('\n') }
}

test('a shard that there is not is refused with the shards that there are', async () => {
  const { code, error } = await dedup('--shard', '4/4')
  assert.equal(code, 2)
  assert.match(error, /--shard must be a shard such as 0\/4, counted from 0: 0\/4, 1\/4, 2\/4 and 3\/4 are all/)
})

test('a shard without a partition is refused: the process would do nothing for ever', async () => {
  const { code, error } = await dedup('--shard', '3/4')
  assert.equal(code, 2)
  assert.match(error, /--shard: there are only 3 partitions \(KAFKA_PARTITIONS\)/)
})
