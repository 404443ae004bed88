import assert from 'node:assert/strict'
import { test } from 'node:test'
import { senderLimits } from '../src/bounds.ts'
import { readConfig } from '../src/config.ts'

const limitsOf = (settings: NodeJS.ProcessEnv) => senderLimits(readConfig({ KAFKA_BROKERS: 'b:9092', ...settings }))

test('a principal has half of everything by default; an address all of it, but half of the time', () => {
  const BUFFER = { BUFFER_MEMORY_BYTES: '400000000', MAX_CONNECTIONS: '1001' }
  assert.deepEqual(limitsOf({ ...BUFFER, AUTH: 'required' }), {
    maxConnections: 501,
    memoryBytes: 200_000_000,
    uploadMemoryBytes: 100_000_000,
    timeShare: 0.5,
  })
  const { maxConnections, memoryBytes, timeShare } = limitsOf({ ...BUFFER, AUTH: 'off' })
  assert.deepEqual([maxConnections, memoryBytes, timeShare], [1_001, Infinity, 0.5])
  assert.equal(limitsOf({ AUTH: 'off', SENDER_TIME_PERCENT: '10' }).timeShare, 0.1)
})

test('however small its part, a sender may send the largest invoice and the largest upload', () => {
  const { memoryBytes, uploadMemoryBytes } = limitsOf({ AUTH: 'required', PRINCIPAL_SHARE_PERCENT: '1' })
  const config = readConfig({ KAFKA_BROKERS: 'b:9092' })
  assert.ok(memoryBytes >= config.MAX_INVOICE_BYTES)
  assert.ok(uploadMemoryBytes >= config.UPLOAD_MAX_BYTES + config.UPLOAD_MAX_COMPRESSED_BYTES)
})
