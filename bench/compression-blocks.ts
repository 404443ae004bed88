import { COMPRESSED_AT_ONCE_BYTES, COMPRESSIONS, loadCompression } from '../src/kafka/kafkajs/compression.ts'
import { encodeRecords, type PlainMessage } from '../src/kafka/kafkajs/record-batch.ts'
import { invoiceBody } from '../test/harness/exchange.ts'
import { table } from './markdown.ts'
import { spread } from './spread.ts'

const REPEATS = 40
const MOST_RECORDS = 500

/** How long compressing one batch holds up the event loop, and when it is compressed; milliseconds, as a table. */
export async function blockTable(): Promise<string> {
  const many = messagesOf(MOST_RECORDS)
  let atOnce = MOST_RECORDS
  while (encodeRecords(many.slice(0, atOnce), 0).length > COMPRESSED_AT_ONCE_BYTES) atOnce--
  const rows: string[][] = []
  for (const compression of COMPRESSIONS) {
    const compress = await loadCompression(compression)
    if (compress === null) continue
    const measure = async (messages: readonly PlainMessage[]) => {
      const held: number[] = []
      const done: number[] = []
      for (let i = 0; i < REPEATS; i++) {
        const fromMs = performance.now()
        const compressing = compress(messages)
        held.push(performance.now() - fromMs)
        await compressing
        done.push(performance.now() - fromMs)
      }
      return { held: spread(held), done: spread(done) }
    }
    const [few, all] = [await measure(many.slice(0, atOnce)), await measure(many)]
    rows.push([compression, few.held, all.held, all.done])
  }
  const head = ['ms', `${atOnce} invoices: loop held up`, `${MOST_RECORDS} invoices: loop held up`, 'until compressed']
  return table(head, rows)
}

function messagesOf(count: number): PlainMessage[] {
  return Array.from({ length: count }, (_, i) => {
    return { key: Buffer.from('S1'), value: invoiceBody('S1', i + 1), headers: { ce_id: String(i + 1) } }
  })
}
