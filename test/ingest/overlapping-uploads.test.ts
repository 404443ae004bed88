import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { Accumulator } from '../../src/accumulator/accumulator.ts'
import { BufferMemory } from '../../src/admission/buffer-memory.ts'
import { UploadWindow } from '../../src/admission/upload-window.ts'
import { createIngestUpload, type IngestUpload } from '../../src/ingest/upload.ts'
import { FakePublisher, LIMITS, turn } from '../accumulator/fakes.ts'
import { sampleInvoice } from '../invoice/generate.ts'
import { NOTHING_KNOWN } from '../known/nothing-known.ts'
import { mainThreadReader } from './main-thread-reader.ts'

const MAX_BYTES = 1_000_000

let publisher: FakePublisher
let memory: BufferMemory
let accumulator: Accumulator
let ingest: IngestUpload

/** The flow of uploads over a real accumulator: batches of three records, all of them to one partition. */
function start(deliveryTimeoutMs = 60_000): void {
  publisher = new FakePublisher()
  memory = new BufferMemory(10 * MAX_BYTES)
  accumulator = new Accumulator({ publisher, partitions: 1, limits: LIMITS, deliveryTimeoutMs, now: () => 0 })
  accumulator.open()
  ingest = createIngestUpload({
    accumulator,
    reader: mainThreadReader(),
    window: new UploadWindow({ maxRecords: 100, share: 1, now: () => 0 }),
    topic: 'invoices',
    partitionOf: () => 0,
    takeQuota: () => null,
    known: NOTHING_KNOWN,
    timeoutMs: 1_000,
    overheadBytes: 100,
  })
}

beforeEach(() => start())

afterEach(async () => {
  await accumulator.drain(0)
  assert.equal(memory.usedBytes, 0)
})

const lines = new Map<string, string>()

/** The same bytes whenever it is asked for; a sample has the time at which it was made. */
function lineOf(name: string): string {
  const known = lines.get(name)
  if (known !== undefined) return known
  const [terminalId = '', number] = name
  const identity = { storeId: 'S1', terminalId, journalId: 'J1', sequenceNumber: Number(number) }
  const line = JSON.stringify(sampleInvoice(identity))
  lines.set(name, line)
  return line
}

/** Sends `names` (terminal and number, such as `a1`) as one upload; resolves with what is told of each. */
async function upload(names: readonly string[]): Promise<string[]> {
  const lines = names.map(lineOf)
  const reservation = memory.tryReserve(MAX_BYTES)
  assert.ok(reservation)
  const answers = await ingest({
    body: new Uint8Array(Buffer.from(lines.join('\n'))),
    coding: 'identity',
    framing: 'lines',
    receivedAt: new Date('2026-03-14T16:05:10.123Z'),
    traceparent: undefined,
    principal: null,
    reservation,
  })
  reservation.release()
  return answers.map((answer) => (answer.kind === 'problem' ? answer.problem.slug : 'stored'))
}

/** What was published, batch by batch. */
const published = () =>
  publisher.published.map(({ values }) =>
    values.map((value) => JSON.parse(value)).map(({ terminalId, sequenceNumber }) => terminalId + sequenceNumber),
  )

async function acknowledgeAll(): Promise<void> {
  for (let answered = -1; answered < publisher.published.length; ) {
    answered = publisher.published.length
    publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
    await turn()
  }
}

test('an upload that is sent again while the first attempt is open keeps the order of its terminal', async () => {
  const first = upload(['a1', 'x1', 'x2', 'y1', 'y2', 'z1', 'z2', 'a2'])
  await turn()
  publisher.latest.answer({ kind: 'unknown', reason: 'producer-replaced' }) // a1, x1, x2
  await turn()
  const again = upload(['a1', 'a2'])
  await turn()
  await acknowledgeAll()
  assert.deepEqual(published(), [
    ['a1', 'x1', 'x2'],
    ['y1', 'y2', 'z1'],
    ['z2', 'a1', 'a2'],
  ])
  assert.deepEqual(await again, ['stored', 'stored'])
  assert.deepEqual((await first).slice(-1), ['not-attempted'])
})

test('an upload that is sent again while it is under way is stored once', async () => {
  const names = ['a1', 'a2', 'a3', 'a4', 'a5']
  const attempts = [upload(names), upload(names), upload(names)]
  await turn()
  await acknowledgeAll()
  assert.deepEqual(published(), [
    ['a1', 'a2', 'a3'],
    ['a4', 'a5'],
  ])
  for (const attempt of attempts) assert.deepEqual(await attempt, new Array(5).fill('stored'))
})

test('an upload that overlaps one of which a part is stored is told what to send again', async () => {
  const first = upload(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'])
  await turn()
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  await turn()
  const again = upload(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'])
  await turn()
  await acknowledgeAll()
  assert.deepEqual(await first, new Array(7).fill('stored'))
  assert.deepEqual(await again, [...new Array(3).fill('stored'), ...new Array(4).fill('not-attempted')])
  assert.deepEqual(published().flat(), ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a1', 'a2', 'a3'])
})

test('nothing of an upload is sent for nobody when its batch is too large after its deadline', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  start(30)
  const first = upload(['a1', 'a2'])
  await turn()
  publisher.latest.batch.beginAttempt()
  t.mock.timers.tick(30)
  assert.deepEqual(await first, ['outcome-unknown', 'outcome-unknown'])
  publisher.latest.batch.attemptRefused()
  publisher.latest.answer({ kind: 'too-large' })
  await turn()
  assert.deepEqual(published(), [['a1', 'a2']])
})
