import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { Accumulator, type AccumulatorOptions } from '../../src/accumulator/accumulator.ts'
import { BufferMemory } from '../../src/admission/buffer-memory.ts'
import { FakePublisher, LIMITS, recordOf, turn } from './fakes.ts'

let publisher: FakePublisher
let memory: BufferMemory
let nowMs: number
let accumulator: Accumulator

function createAccumulator(deliveryTimeoutMs = 60_000, more: Partial<AccumulatorOptions> = {}): Accumulator {
  const now = () => nowMs
  const created = new Accumulator({ publisher, partitions: 2, limits: LIMITS, deliveryTimeoutMs, now, ...more })
  created.open()
  return created
}

/** One whose records have this time, which passes only when the test says so: it must not be over before. */
function createTimed(deliveryTimeoutMs: number, more?: Partial<AccumulatorOptions>): () => void {
  mock.timers.enable({ apis: ['setTimeout'] })
  accumulator = createAccumulator(deliveryTimeoutMs, more)
  return () => mock.timers.tick(deliveryTimeoutMs)
}

/** Appends as a request would that releases its reservation once it is answered. */
function append(identity: string, value?: string, partition?: number) {
  const reservation = memory.tryReserve(100)
  assert.ok(reservation)
  return accumulator.append(recordOf(identity, value, partition), reservation).finally(() => reservation.release())
}

beforeEach(() => {
  publisher = new FakePublisher()
  memory = new BufferMemory(10_000)
  nowMs = 0
  accumulator = createAccumulator()
})

afterEach(async () => {
  mock.timers.reset()
  await accumulator.drain(0)
})

test('an acknowledged record has the offset that its place in the batch gives it', async () => {
  const outcomes = [append('a'), append('b')]
  await turn()
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 41n })
  const [first, second] = await Promise.all(outcomes)
  assert.equal(first?.kind === 'acknowledged' && first.offset, '41')
  assert.equal(second?.kind === 'acknowledged' && second.offset, '42')
})

test('before it is open nothing is taken', async () => {
  accumulator = new Accumulator({ publisher, partitions: 2, limits: LIMITS, deliveryTimeoutMs: 1, now: () => nowMs })
  assert.deepEqual(await append('a'), { kind: 'rejected', reason: 'not-ready' })
})

test('the same bytes with the same identity join: one record, equal answers', async () => {
  const outcomes = [append('a', 'same'), append('a', 'same')]
  await turn()
  const third = append('a', 'same')
  assert.deepEqual(publisher.latest.values, ['same'])
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 7n })
  const [first, second] = await Promise.all(outcomes)
  assert.deepEqual(first, second)
  assert.deepEqual(first, await third)
  await turn()
  assert.equal(publisher.published.length, 1)
})

test('other bytes with the same content join, too', async () => {
  const compareContent = (one: Buffer, other: Buffer) =>
    String(one).trim() === String(other).trim() ? ('same' as const) : ('other' as const)
  accumulator = createAccumulator(60_000, { compareContent })
  const outcomes = [append('a', 'same'), append('a', ' same')]
  const other = append('a', 'other')
  await turn()
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 7n })
  const [first, second] = await Promise.all(outcomes)
  assert.equal(first?.kind === 'acknowledged' && String(first.record.value), 'same')
  assert.deepEqual(first, second)
  assert.deepEqual(await other, { kind: 'rejected', reason: 'identity-conflict' })
  assert.equal(publisher.published.length, 1)
})

test('bytes that cannot be compared with those in flight have to come again, whatever becomes of these', async () => {
  accumulator = createAccumulator(60_000, { compareContent: () => 'uncompared' })
  const first = append('a', 'one')
  const second = append('a', 'two')
  await turn()
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 7n })
  assert.equal((await first).kind, 'acknowledged')
  assert.deepEqual(await second, { kind: 'rejected', reason: 'identity-busy' })
  assert.equal(publisher.published.length, 1)
})

test('whatever is acknowledged is told before its identity can come again, even if nobody waits any more', async () => {
  const told: unknown[] = []
  const onAcknowledged: AccumulatorOptions['onAcknowledged'] = ({ record, offset }) =>
    told.push([record.identity, offset, accumulator.pendingRecords])
  const passDeadline = createTimed(20, { onAcknowledged })
  const [late, refused] = [append('a'), append('b', 'b', 1)]
  await turn()
  for (const batch of publisher.published) batch.batch.beginAttempt()
  passDeadline()
  assert.equal((await late).kind, 'unknown')
  publisher.published[0]?.answer({ kind: 'acknowledged', baseOffset: 7n })
  publisher.published[1]?.batch.attemptRefused()
  publisher.published[1]?.answer({ kind: 'rejected', reason: 'refused' })
  await refused
  await turn()
  assert.deepEqual(told, [['a', '7', 2]])
})

test('other bytes with the same identity are a conflict once the first are in the log', async () => {
  const first = append('a', 'one')
  const other = append('a', 'two')
  await turn()
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  assert.equal((await first).kind, 'acknowledged')
  assert.deepEqual(await other, { kind: 'rejected', reason: 'identity-conflict' })
  assert.equal(publisher.published.length, 1)
})

test('other bytes with the same identity may come again when it is not known whether the first are in the log', async () => {
  const first = append('a', 'one')
  const other = append('a', 'two')
  await turn()
  publisher.latest.answer({ kind: 'unknown', reason: 'producer-replaced' })
  assert.equal((await first).kind, 'unknown')
  assert.deepEqual(await other, { kind: 'rejected', reason: 'identity-busy' })
})

test('a resend after an unknown answer joins the batch that is still retried', async () => {
  const passDeadline = createTimed(20)
  const first = append('a')
  await turn()
  assert.equal(publisher.latest.batch.beginAttempt(), true)
  passDeadline()
  assert.deepEqual(await first, { kind: 'unknown', reason: 'deadline' })
  const again = append('a')
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  assert.equal((await again).kind, 'acknowledged')
  assert.equal(publisher.published.length, 1)
})

test('at the deadline a record that waits in its lane is rejected, and is never sent', async () => {
  const passDeadline = createTimed(20)
  const ahead = append('ahead')
  await turn()
  publisher.latest.batch.beginAttempt()
  const waiting = append('waiting')
  passDeadline()
  assert.deepEqual(await waiting, { kind: 'rejected', reason: 'expired' })
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  await ahead
  await turn()
  assert.equal(publisher.published.length, 1)
})

test('at the deadline a batch that was never attempted is recalled; who came later goes on', async () => {
  const passDeadline = createTimed(50)
  const early = append('early')
  await turn()
  passDeadline()
  assert.deepEqual(await early, { kind: 'rejected', reason: 'expired' })
  assert.equal(publisher.latest.batch.beginAttempt(), false)
  const late = append('late')
  publisher.latest.answer({ kind: 'not-attempted' })
  await turn()
  assert.deepEqual(publisher.latest.values, ['late'])
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  assert.equal((await late).kind, 'acknowledged')
})

test('a request whose deadline passes while another still waits for the same record is told unknown', async () => {
  accumulator = createAccumulator(40)
  const first = append('a')
  await new Promise((resolve) => setTimeout(resolve, 20))
  const second = append('a')
  assert.deepEqual(await first, { kind: 'unknown', reason: 'deadline' })
  assert.deepEqual(await second, { kind: 'rejected', reason: 'expired' })
})

test('a stalled lane takes nothing new, other lanes do', async () => {
  publisher.lastAnswerAtMs = 4_000 // some broker answers
  void append('a', 'a', 0)
  await turn()
  nowMs = 5_000
  assert.deepEqual(await append('b', 'b', 0), { kind: 'rejected', reason: 'stalled' })
  assert.equal(accumulator.stalledLanes, 1)
  assert.equal(accumulator.isStuck, false)
  const other = append('c', 'c', 1)
  await turn()
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  assert.equal((await other).kind, 'acknowledged')
})

test('a quota that holds a batch back: who waited or comes is told so, and Kafka does not count as unreachable', async () => {
  const passDeadline = createTimed(30)
  const held = append('a')
  await turn()
  publisher.latest.batch.hold(20, 4_000)
  const waiting = append('b')
  nowMs = 5_000
  assert.deepEqual(await append('c'), { kind: 'rejected', reason: 'throttled' })
  assert.equal(accumulator.isStuck, false)
  passDeadline()
  assert.deepEqual(await Promise.all([held, waiting]), [
    { kind: 'rejected', reason: 'throttled' },
    { kind: 'rejected', reason: 'throttled' },
  ])
})

test('while a quota holds one partition back, others that wait for an answer do not mean that Kafka is unreachable', async () => {
  void append('a', 'a', 0)
  await turn()
  const { batch } = publisher.latest
  void append('b', 'b', 1) // waits for metadata, behind the pause
  await turn()
  batch.hold(20, 4_990)
  nowMs = 5_000
  assert.equal(accumulator.isStuck, false)
  nowMs = 9_990 // nothing was held back for as long: it is no quota any more
  assert.equal(accumulator.isStuck, true)
})

test('a batch that a quota held back before Kafka got out of reach does not hide that it is', async () => {
  void append('a')
  await turn()
  publisher.latest.batch.hold(20, 100)
  nowMs = 6_000
  assert.equal(accumulator.isStuck, true)
})

test('a batch that left after a quota held it back is unknown at the deadline', async () => {
  const passDeadline = createTimed(20)
  const outcome = append('a')
  await turn()
  publisher.latest.batch.hold(10)
  publisher.latest.batch.beginAttempt()
  passDeadline()
  assert.deepEqual(await outcome, { kind: 'unknown', reason: 'deadline' })
})

test('while the topic cannot take it, nothing new is taken; who waits is told, unless it may be in the log', async () => {
  const attempted = append('attempted', 'x', 0)
  await turn()
  publisher.latest.batch.beginAttempt()
  const waiting = append('waiting', 'y', 0)
  const recalled = append('recalled', 'z', 1)
  await turn()
  publisher.refusal = 'topic-missing'
  const refused = { kind: 'rejected', reason: 'topic-missing' }
  assert.deepEqual(await append('new'), refused)
  accumulator.refuseWaiting()
  assert.deepEqual(await Promise.all([waiting, recalled]), [refused, refused])
  assert.equal(publisher.latest.batch.beginAttempt(), false)
  publisher.refusal = null
  publisher.published[0]?.answer({ kind: 'acknowledged', baseOffset: 0n })
  assert.equal((await attempted).kind, 'acknowledged')
})

test('when no broker answers anything, no lane takes anything', async () => {
  void append('a', 'a', 0)
  await turn()
  nowMs = 5_000
  assert.equal(accumulator.isStuck, true)
  assert.deepEqual(await append('c', 'c', 1), { kind: 'rejected', reason: 'stalled' })
})

test('the buffer is held until the outcome is known, not only until the till is answered', async () => {
  const passDeadline = createTimed(20)
  const outcome = append('a')
  await turn()
  publisher.latest.batch.beginAttempt()
  passDeadline()
  assert.equal((await outcome).kind, 'unknown')
  assert.equal(memory.usedBytes, 100)
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  await turn()
  assert.equal(memory.usedBytes, 0)
  assert.equal(accumulator.pendingRecords, 0)
})

test('drain waits for what is under way and takes nothing new', async () => {
  const outcome = append('a')
  await turn()
  const drained = accumulator.drain(10_000)
  assert.deepEqual(await append('b'), { kind: 'rejected', reason: 'draining' })
  publisher.latest.answer({ kind: 'acknowledged', baseOffset: 0n })
  assert.equal(await drained, true)
  assert.equal((await outcome).kind, 'acknowledged')
})

test('drain at its deadline: attempted is unknown, everything else rejected, a late answer changes nothing', async () => {
  const attempted = append('attempted')
  await turn()
  const { batch, answer } = publisher.latest
  batch.beginAttempt()
  const waiting = append('waiting')
  const fresh = append('fresh', 'fresh', 1)
  await turn()
  assert.equal(await accumulator.drain(20), false)
  assert.deepEqual(await attempted, { kind: 'unknown', reason: 'shutdown' })
  assert.deepEqual(await waiting, { kind: 'rejected', reason: 'draining' })
  assert.deepEqual(await fresh, { kind: 'rejected', reason: 'draining' })
  answer({ kind: 'acknowledged', baseOffset: 0n })
  await turn()
  assert.equal(publisher.published.length, 2)
  assert.equal(memory.usedBytes, 0)
})
