import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { memoryProblem, neededMemoryBytes } from '../src/config-memory.ts'

const BROKERS = { KAFKA_BROKERS: 'a:9092' }

test('a memory limit is too low when it does not hold the buffer and the rest of the process', () => {
  const config = readConfig({ ...BROKERS, AUTH: 'off', BUFFER_MEMORY_BYTES: String(512 * 2 ** 20) })
  const needed = neededMemoryBytes(config)
  assert.match(
    memoryProblem(config, needed - 1) as string,
    new RegExp(`${needed - 1} .*BUFFER_MEMORY_BYTES.* ${needed}$`),
  )
  assert.equal(memoryProblem(config, needed), null)
  assert.equal(memoryProblem(config, 2 ** 64), null, 'no limit, as a kernel puts it')
  assert.equal(memoryProblem(config, 0), null, 'no limit, as Node puts it')
})

test('a gateway needs memory for the process, its connections, its buffer and whatever else is turned on', () => {
  const needs = (environment: NodeJS.ProcessEnv) =>
    neededMemoryBytes(readConfig({ ...BROKERS, AUTH: 'off', MAX_CONNECTIONS: '1024', ...environment })) / 2 ** 20
  const [process, buffer, replay] = [400 + 20, 256, 64]
  const usual = process + buffer + replay
  assert.equal(needs({}), usual)
  assert.equal(needs({ MAX_CONNECTIONS: '10240' }), usual + 180, '20 KiB a connection')
  assert.equal(needs({ BUFFER_MEMORY_BYTES: String(512 * 2 ** 20) }), usual + 256)
  assert.equal(needs({ REPLAY_MEMORY_BYTES: '0' }), usual - replay)
  assert.equal(needs({ JOURNALS_TOPIC: 'pos.invoices.journals' }), usual + 256)
  assert.equal(needs({ AUTH: 'required', AUTH_MAX_TOKENS: '400000' }), usual + 196, '512 bytes a token')
  const zstd = { KAFKA_COMPRESSION: 'zstd', MAX_BATCH_BYTES: String(2 ** 20) }
  assert.equal(needs({ ...zstd, KAFKA_PARTITIONS: '48' }), usual + 48, 'a compressed batch for each partition')
  assert.equal(needs({ ...zstd, KAFKA_PARTITIONS: '500' }), usual + buffer, 'no more than there are invoices')
})
