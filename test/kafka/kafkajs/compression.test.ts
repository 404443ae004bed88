import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { registerCodecs } from '../../../src/kafka/kafkajs/codecs.ts'
import {
  COMPRESSED_AT_ONCE_BYTES,
  COMPRESSIONS,
  type CompressRecords,
  loadCompression,
} from '../../../src/kafka/kafkajs/compression.ts'
import type { EncodedRecords } from '../../../src/kafka/kafkajs/encoded-records.ts'
import { encodeRecords } from '../../../src/kafka/kafkajs/record-batch.ts'
import { invoiceBody } from '../../harness/exchange.ts'

const table: Record<number, () => unknown> = {}
registerCodecs(table)

function messagesOf(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    key: Buffer.from('S1'),
    value: invoiceBody('S1', i + 1),
    headers: { ce_id: String(i) },
  }))
}

async function inflate({ compression, bytes }: EncodedRecords): Promise<Buffer> {
  const codec = table[compression]?.() as { decompress(bytes: Buffer): Promise<Buffer> }
  return await codec.decompress(bytes)
}

const SMALL = 3
const LARGE = 400 // more than is compressed at once

for (const [number, compression] of COMPRESSIONS.entries()) {
  if (compression === 'none') continue

  test(`${compression}: readers get the same records, whether few or many`, async () => {
    const compress = (await loadCompression(compression)) as CompressRecords
    for (const count of [SMALL, LARGE]) {
      const messages = messagesOf(count)
      const plain = encodeRecords(messages, 0)
      const compressed = await compress(messages)
      assert.deepEqual({ ...compressed, bytes: null }, { count, compression: number, bytes: null })
      assert.ok(compressed.bytes.length < plain.length / 2)
      assert.ok((await inflate(compressed)).equals(plain))
    }
  })

  test(`${compression}: few records are compressed at once, many in another thread`, async () => {
    const compress = (await loadCompression(compression)) as CompressRecords
    assert.ok(!(compress(messagesOf(SMALL)) instanceof Promise))
    assert.ok(encodeRecords(messagesOf(LARGE), 0).length > COMPRESSED_AT_ONCE_BYTES)
    assert.ok(compress(messagesOf(LARGE)) instanceof Promise)
  })

  test(`${compression}: what would not get smaller stays as it is`, async () => {
    const compress = (await loadCompression(compression)) as CompressRecords
    for (const bytes of [0, 100, 5_000, 200_000]) {
      const messages = [{ key: Buffer.from('S1'), value: randomBytes(bytes), headers: {} }]
      const { compression: used, bytes: sent } = await compress(messages)
      assert.equal(used, 0)
      assert.ok(sent.equals(encodeRecords(messages, 0)))
    }
  })
}

test('without compression there is nothing to call', async () => {
  assert.equal(await loadCompression('none'), null)
})
