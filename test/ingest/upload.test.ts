import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Chain } from '../../src/accumulator/chain.ts'
import type { Outcome } from '../../src/accumulator/outcome.ts'
import type { ProducerRecord } from '../../src/accumulator/producer-record.ts'
import { BufferMemory } from '../../src/admission/buffer-memory.ts'
import { UploadWindow } from '../../src/admission/upload-window.ts'
import { Problem, type ProblemSlug, tillOf } from '../../src/errors.ts'
import { retryAfterSeconds } from '../../src/http/problem-document.ts'
import {
  createIngestUpload,
  type IngestUploadDeps,
  type ItemAnswer,
  type UploadRequest,
} from '../../src/ingest/upload.ts'
import { WorkerFailed, type WorkerFailure } from '../../src/uploads/worker-pool.ts'
import { sampleInvoice } from '../invoice/generate.ts'
import { NOTHING_KNOWN } from '../known/nothing-known.ts'
import { mainThreadReader } from './main-thread-reader.ts'

const OVERHEAD_BYTES = 100
const MAX_BYTES = 1_000_000

/** What was appended, and who answers for it. */
interface Appended {
  readonly record: ProducerRecord
  readonly chain: Chain | undefined
  readonly answer: (outcome: Outcome) => void
}

let appended: Appended[]
let memory: BufferMemory

beforeEach(() => {
  appended = []
  memory = new BufferMemory(10_000_000)
})

function ingestOver(deps: Partial<IngestUploadDeps> = {}) {
  const ingest = createIngestUpload({
    accumulator: {
      append: (record, _reservation, chain) =>
        new Promise((answer) => {
          appended.push({ record, chain, answer })
        }),
    },
    reader: mainThreadReader(),
    window: windowOf(100),
    topic: 'invoices',
    partitionOf: (storeId) => storeId.length,
    takeQuota: () => null,
    timeoutMs: 1_000,
    known: NOTHING_KNOWN,
    overheadBytes: OVERHEAD_BYTES,
    ...deps,
  })
  return (lines: readonly string[], principal: UploadRequest['principal'] = null) => {
    const reservation = memory.tryReserve(MAX_BYTES)
    assert.ok(reservation)
    return ingest({
      body: new Uint8Array(Buffer.from(lines.join('\n'))),
      coding: 'identity',
      framing: 'lines',
      receivedAt: new Date('2026-03-14T16:05:10.123Z'),
      traceparent: undefined,
      principal,
      reservation,
    })
  }
}

function line(sequenceNumber: number, terminalId = 'T1', storeId = 'S1'): string {
  return JSON.stringify(sampleInvoice({ storeId, terminalId, journalId: 'J1', sequenceNumber }))
}

/** A window beside live traffic. */
function windowOf(maxRecords: number): UploadWindow {
  const window = new UploadWindow({ maxRecords, share: 1, now: () => 0 })
  window.noteLive()
  return window
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

function acknowledge(): void {
  for (const { record, answer } of appended.splice(0))
    answer({ kind: 'acknowledged', record, partition: record.partition, offset: '7' })
}

const told = (answers: readonly ItemAnswer[]) =>
  answers.map((answer) => {
    if (answer.kind === 'problem') return answer.problem.slug
    return `${answer.receipt.identity.sequenceNumber} at ${answer.receipt.offset}`
  })

const failing = (reason: WorkerFailure) =>
  ingestOver({ reader: { read: () => Promise.reject(new WorkerFailed(reason)) } })([line(1)])

const isProblem = (slug: ProblemSlug) => (error: unknown) => error instanceof Problem && error.slug === slug

test('every invoice is answered in the order of the upload, and published as the bytes it came as', async () => {
  const lines = [line(1), '{"no": "invoice"}', line(2), '[nonsense']
  const answering = ingestOver()(lines)
  await turn()
  assert.deepEqual(
    appended.map(({ record }) => String(record.value)),
    [lines[0], lines[2]],
  )
  assert.equal(appended[0]?.record.headers['pos-ingest'], 'upload')
  assert.equal(appended[0]?.record.partition, 2)
  acknowledge()
  assert.deepEqual(told(await answering), ['1 at 7', 'invalid-invoice', '2 at 7', 'malformed-json'])
})

test('those of one terminal are one chain, others have chains of their own', async () => {
  const answering = ingestOver()([line(1), line(1, 'T2'), line(2), line(1, 'T1', 'S2')])
  await turn()
  const [first, other, second, elsewhere] = appended.map(({ chain }) => chain)
  assert.equal(first, second)
  assert.equal(new Set([first, other, elsewhere]).size, 3)
  acknowledge()
  await answering
})

test('behind an invoice that was not taken those of its terminal are not attempted, others are', async () => {
  const takeQuota = ({ sequenceNumber }: { sequenceNumber: number }) =>
    sequenceNumber === 2 ? new Problem('quota-exceeded', 'later') : null
  const answering = ingestOver({ takeQuota })([line(1), line(2), line(3), line(4, 'T2')])
  await turn()
  acknowledge()
  assert.deepEqual(told(await answering), ['1 at 7', 'quota-exceeded', 'not-attempted', '4 at 7'])
})

test('an invoice that will never be taken holds up none behind it', async () => {
  const { maxInvoiceBytes } = { maxInvoiceBytes: 20_000 }
  const large = JSON.stringify({ ...JSON.parse(line(1)), extensions: { padding: 'x'.repeat(maxInvoiceBytes) } })
  const answering = ingestOver({ reader: mainThreadReader({ maxInvoiceBytes }) })([large, '{', line(2)])
  await turn()
  acknowledge()
  assert.deepEqual(told(await answering), ['too-large', 'malformed-json', '2 at 7'])
})

test('a long upload holds the event loop for short slices only, whatever its invoices are', async () => {
  const lines = Array.from({ length: 3_000 }, (_, i) => (i % 2 === 0 ? '{"no": "invoice"}' : line(i)))
  const reader = mainThreadReader({ maxInvoices: lines.length, maxBytes: 10_000_000 })
  const body = new Uint8Array(Buffer.from(lines.join('\n')))
  const read = await reader.read({ body, coding: 'identity', framing: 'lines', receivedAtMs: 0 })
  let turns = 0
  let isOver = false
  const count = () => {
    turns++
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  memory = new BufferMemory(100_000_000)
  const append = ({ partition, ...record }: ProducerRecord) => {
    const untilMs = performance.now() + 0.05 // so that it takes long on any machine
    while (performance.now() < untilMs);
    return Promise.resolve({ kind: 'acknowledged', record: { ...record, partition }, partition, offset: '7' } as const)
  }
  const answers = await ingestOver({
    accumulator: { append },
    reader: { read: async () => read },
    window: new UploadWindow({ maxRecords: 10_000, share: 1 }),
  })([])
  isOver = true
  assert.equal(answers.length, lines.length)
  assert.ok(turns >= 15, `75 ms of work, and ${turns} turns for others`)
})

test('no more records are under way than the window has places for', async () => {
  const answering = ingestOver({ window: windowOf(2) })([1, 2, 3, 4, 5].map((number) => line(number)))
  await turn()
  assert.equal(appended.length, 2)
  acknowledge()
  await turn()
  assert.equal(appended.length, 2)
  acknowledge()
  await turn()
  acknowledge()
  assert.equal((await answering).length, 5)
})

test('what found no place in time is to be sent again, with all behind it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const window = windowOf(1)
  const answering = ingestOver({ window, timeoutMs: 20 })([line(1), line(2), line(3)])
  await turn()
  t.mock.timers.tick(20)
  assert.equal(appended.length, 1)
  acknowledge()
  assert.deepEqual(told(await answering), ['1 at 7', 'saturated', 'not-attempted'])
  assert.equal(window.tryEnter(), true)
})

test('an invoice whose record cannot be made costs no place in the window', async () => {
  const window = windowOf(1)
  const partitionOf = () => assert.fail('no record')
  await assert.rejects(ingestOver({ window, partitionOf })([line(1)]), /no record/)
  const append = () => assert.fail('no lane')
  await assert.rejects(ingestOver({ window, accumulator: { append } })([line(1)]), /no lane/)
  assert.equal(window.tryEnter(), true)
})

test('the buffer holds what the invoices take, from the moment that it is known', async () => {
  const lines = [line(1), line(2)]
  const answering = ingestOver()(lines)
  await turn()
  const known = Buffer.byteLength(lines.join('\n')) + 2 * OVERHEAD_BYTES
  assert.ok(memory.usedBytes > known && memory.usedBytes < known + 2 * 100, 'and what is noted of them')
  acknowledge()
  await answering
})

test('an upload for which there is no room when it is inflated is sent again later', async () => {
  memory = new BufferMemory(MAX_BYTES)
  await assert.rejects(ingestOver({ overheadBytes: MAX_BYTES })([line(1)]), isProblem('saturated'))
  assert.equal(appended.length, 0)
})

test('an upload that cannot be read is refused as a whole', async () => {
  await assert.rejects(ingestOver()([' ', '']), isProblem('malformed-upload'))
  for (const first of [`[${line(1)},`, '{'])
    await assert.rejects(ingestOver()([first, '"a":1}', line(2)]), isProblem('malformed-upload'))
  await assert.rejects(
    ingestOver({ reader: mainThreadReader({ maxInvoices: 1 }) })([line(1), line(2)]),
    isProblem('upload-too-large'),
  )
  await assert.rejects(
    ingestOver({ reader: mainThreadReader({ maxBytes: 100 }) })([line(1)]),
    isProblem('upload-too-large'),
  )
  assert.equal(appended.length, 0)
})

test('an upload that no worker could read may come again', async () => {
  for (const [reason, slug] of [
    ['busy', 'saturated'],
    ['waited', 'saturated'],
    ['crashed', 'not-read'],
  ] as const)
    await assert.rejects(failing(reason), (error: Problem) => {
      assert.deepEqual([error.slug, error.status, tillOf(error.slug)], [slug, 503, 'resend'])
      return true
    })
})

test('an upload that keeps a worker too long has to come in parts: the same bytes would do so for ever', async () => {
  await assert.rejects(failing('overran'), (error: Problem) => {
    assert.deepEqual([error.slug, error.status, tillOf(error.slug)], ['too-costly', 413, 'resend'])
    assert.equal(retryAfterSeconds(error), undefined)
    return true
  })
})

test('each invoice is for the stores and terminals of the token, or is refused by itself', async () => {
  const principal = {
    name: 'store-1',
    tokenId: 't1',
    stores: new Set(['S1']),
    terminals: new Set(['T1', 'T2']),
    scopes: new Set(['invoices:write'] as const),
    issuedAtMs: 0,
    expiresAtMs: 0,
  }
  const lines = [line(1), line(1, 'T3'), line(1, 'T1', 'S2'), line(2, 'T3'), line(2), line(1, 'T2')]
  const answering = ingestOver()(lines, principal)
  await turn()
  assert.deepEqual(
    appended.map(({ record }) => record.headers['pos-principal']),
    ['store-1', 'store-1', 'store-1'],
  )
  acknowledge()
  const forbidden = Array(3).fill('forbidden')
  assert.deepEqual(told(await answering), ['1 at 7', ...forbidden, '2 at 7', '1 at 7'])
})

test('the inflated bytes are reserved beside the body while it is read; without room for them nothing of it is taken', async () => {
  const answers: boolean[] = []
  const ingest = ingestOver({
    reader: {
      read: async (_upload, owner) => {
        for (const bytes of [1_000_000, memory.capacityBytes]) answers.push(owner?.ask?.(bytes) ?? true)
        assert.equal(memory.usedBytes, MAX_BYTES + 1_000_000)
        return { kind: 'no-room' }
      },
    },
  })
  await assert.rejects(ingest([line(1)]), isProblem('saturated'))
  assert.deepEqual(answers, [true, false])
  assert.equal(appended.length, 0)
})

test('what is in Kafka already is not appended again: it has its first receipt, or is a conflict', async () => {
  const find: IngestUploadDeps['known']['find'] = (_id, { sequenceNumber }) => {
    if (sequenceNumber === 1) return { kind: 'same', offset: '5', receivedAtMs: 0 }
    return sequenceNumber === 2 ? { kind: 'other' } : { kind: 'new' }
  }
  const takeQuota = ({ sequenceNumber }: { sequenceNumber: number }) =>
    sequenceNumber === 3 ? null : assert.fail('it is no new invoice')
  const window = windowOf(1)
  const answering = ingestOver({ known: { find }, takeQuota, window })([line(1), line(2), line(3)])
  await turn()
  assert.equal(appended.length, 1)
  acknowledge()
  const answers = await answering
  assert.deepEqual(told(answers), ['1 at 5', 'identity-conflict', '3 at 7'])
  assert.deepEqual(
    answers.map((answer) => answer.kind === 'receipt' && answer.isReplay),
    [true, false, false],
  )
})

test('what came into Kafka while it waited for its place is not appended', async () => {
  const stored = new Set<number>()
  const find: IngestUploadDeps['known']['find'] = (_id, { sequenceNumber }) =>
    stored.has(sequenceNumber) ? { kind: 'same', offset: '5', receivedAtMs: 0 } : { kind: 'new' }
  const window = windowOf(1)
  const answering = ingestOver({ known: { find }, window })([line(1), line(2), line(3)])
  await turn()
  assert.equal(appended.length, 1)
  stored.add(2)
  acknowledge()
  await turn()
  await turn()
  acknowledge()
  assert.deepEqual(told(await answering), ['1 at 7', '2 at 5', '3 at 7'])
})

test('what is in Kafka, but cannot be compared, is asked about once, waits or not, and is appended', async () => {
  const asked: number[] = []
  const find: IngestUploadDeps['known']['find'] = (_id, { sequenceNumber }) => {
    asked.push(sequenceNumber)
    return { kind: 'uncompared' }
  }
  const answering = ingestOver({ known: { find }, window: windowOf(1) })([line(1), line(2)])
  await turn()
  acknowledge()
  await turn()
  await turn()
  acknowledge()
  assert.deepEqual(told(await answering), ['1 at 7', '2 at 7'])
  assert.deepEqual(asked, [1, 2], 'each question counts as a repeat')
})
