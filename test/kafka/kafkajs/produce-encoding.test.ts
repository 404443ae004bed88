import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { mock, test } from 'node:test'
import * as fc from 'fast-check'
import { type CompressRecords, loadCompression } from '../../../src/kafka/kafkajs/compression.ts'
import { attachEncodedRecords } from '../../../src/kafka/kafkajs/encoded-records.ts'
import type { ProduceRequest } from '../../../src/kafka/kafkajs/internals.ts'
import { encodeProduceRequest, withQuickEncoding } from '../../../src/kafka/kafkajs/produce-encoding.ts'
import { letEncoderTakeReadyBytes } from '../../../src/kafka/kafkajs/ready-bytes.ts'

const require = createRequire(import.meta.url)
const originalRequest = require('kafkajs/src/protocol/requests/produce/v3/request')
const wholeRequest = require('kafkajs/src/protocol/request')
letEncoderTakeReadyBytes(require('kafkajs/src/protocol/encoder'))
const NOW_MS = 1_774_000_000_123

type CreateRequest = Parameters<typeof withQuickEncoding>[0]

/** The whole request as it goes to the socket. */
async function bytesOf(createRequest: CreateRequest, request: ProduceRequest, clientId = 'tillgate'): Promise<Buffer> {
  mock.timers.enable({ apis: ['Date'], now: NOW_MS })
  try {
    return (await wholeRequest({ correlationId: 9, clientId, request: createRequest(request) })).buffer
  } finally {
    mock.timers.reset()
  }
}

/** Asserts that both make the same of a request, and that ours is not simply kafkajs's. */
async function assertSame(request: ProduceRequest, clientId?: string): Promise<void> {
  assert.ok(encodeProduceRequest(request, NOW_MS))
  const ours = await bytesOf(withQuickEncoding(originalRequest), request, clientId)
  assert.deepEqual(ours, await bytesOf(originalRequest, request, clientId))
}

function requestOf(messages: object[], changes: Partial<ProduceRequest> = {}): ProduceRequest {
  return {
    acks: -1,
    timeout: 5_000,
    producerId: '4711',
    producerEpoch: 3,
    topicData: [{ topic: 'pos.invoices', partitions: [{ partition: 5, firstSequence: 77, messages }] }],
    ...changes,
  }
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ unit: 'binary-ascii', maxLength: 300 }),
)
const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))
const message = fc.record({
  key: bytes(40),
  value: fc.oneof({ weight: 5, arbitrary: bytes(2_000) }, { weight: 5, arbitrary: bytes(20_000) }, fc.constant(null)),
  headers: fc.dictionary(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.oneof({ weight: 4, arbitrary: text }, bytes(300)),
    { maxKeys: 12, noNullPrototype: true },
  ),
})

test('the bytes are those that kafkajs makes, whatever the records', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 150 }),
      fc.record({
        acks: fc.constantFrom(-1, 1),
        timeout: fc.nat(),
        producerId: fc.constantFrom('-1', '0', '9007199254740993'),
        producerEpoch: fc.integer({ min: 0, max: 32_767 }),
        transactionalId: fc.constantFrom(undefined, null, 'tillgate-dedup.pos.invoices.7', 'tränsaktion'),
      }),
      async (messages, changes) => {
        await assertSame(requestOf(messages, changes))
      },
    ),
    { numRuns: 100 },
  )
})

test('several partitions in one request', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(message, { minLength: 1, maxLength: 20 }), { minLength: 2, maxLength: 12 }),
      async (lists) => {
        const partitions = lists.map((messages, partition) => ({ partition, firstSequence: 7 * partition, messages }))
        await assertSame(requestOf([], { topicData: [{ topic: 'pos.invoices', partitions }] }))
      },
    ),
    { numRuns: 50 },
  )
})

test('several topics in one request', async () => {
  const message = (value: string) => ({ key: Buffer.from('k'), value: Buffer.from(value), headers: {} })
  const partitions = [0, 3].map((partition) => ({ partition, firstSequence: partition, messages: [message('a')] }))
  const topicData = ['sales.unique', 'sales.journals', 'Käse'].map((topic) => ({ topic, partitions }))
  for (const transactionalId of [null, 'tx']) await assertSame(requestOf([], { topicData, transactionalId }))
})

test('lengths on both sides of every step of a varint', async () => {
  for (const length of [0, 63, 64, 8_191, 8_192, 1_048_575, 1_048_576]) {
    const request = requestOf([
      { key: Buffer.from('S1'), value: Buffer.alloc(length, 'x'), headers: { a: 'b'.repeat(length % 9_000) } },
    ])
    await assertSame(request)
  }
  const many = Array.from({ length: 500 }, (_, i) => ({
    key: Buffer.from('S1'),
    value: Buffer.from(String(i)),
    headers: {},
  }))
  await assertSame(requestOf(many))
})

test('records that were compressed before stand in the same batch that kafkajs compresses itself', async () => {
  const messages = Array.from({ length: 5 }, (_, i) => ({
    key: Buffer.from('S1'),
    value: Buffer.from(`value ${i} `.repeat(50)),
    headers: { i: String(i) },
  }))
  const compress = (await loadCompression('gzip')) as CompressRecords
  for (const changes of [{}, { transactionalId: 'tx' }]) {
    const ours = requestOf(
      messages.map((message) => ({ ...message })),
      changes,
    )
    attachEncodedRecords(ours.topicData[0]!.partitions[0]!.messages, await compress(messages))
    assert.deepEqual(
      await bytesOf(withQuickEncoding(originalRequest), ours),
      await bytesOf(originalRequest, requestOf(messages, { ...changes, compression: 1 })),
    )
  }
})

test('records that were encoded for other messages are not sent', async () => {
  const compress = (await loadCompression('gzip')) as CompressRecords
  const messages = [{ key: Buffer.from('S1'), value: Buffer.alloc(100), headers: {} }]
  const more = [...messages, ...messages]
  attachEncodedRecords(more, await compress(messages))
  assert.throws(() => encodeProduceRequest(requestOf(more), NOW_MS), /1 records were encoded, 2 are sent/)
})

test('a client id that finds no room before the request', async () => {
  await assertSame(requestOf([{ key: Buffer.from('S1'), value: Buffer.from('x'), headers: {} }]), 'c'.repeat(1_000))
})

test('what the gateway never sends is left to kafkajs', () => {
  const plain = { key: Buffer.from('k'), value: Buffer.from('v'), headers: {} }
  const others: ProduceRequest[] = [
    requestOf([plain], { compression: 1 }),
    requestOf([plain], { topicData: [] }),
    requestOf([{ ...plain, timestamp: '1' }]),
    requestOf([{ ...plain, key: null }]),
    requestOf([{ ...plain, key: 'text' }]),
    requestOf([{ key: plain.key, value: plain.value }]),
    requestOf([{ ...plain, headers: { many: ['a', 'b'] } }]),
    requestOf([plain, { ...plain, headers: { none: null } }]),
  ]
  for (const request of others) assert.equal(encodeProduceRequest(request, NOW_MS), null)
})
