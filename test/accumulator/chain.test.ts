import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { Accumulator } from '../../src/accumulator/accumulator.ts'
import { Chain } from '../../src/accumulator/chain.ts'
import type { Outcome } from '../../src/accumulator/outcome.ts'
import { BufferMemory } from '../../src/admission/buffer-memory.ts'
import { FakePublisher, LIMITS, recordOf, turn } from './fakes.ts'

let publisher: FakePublisher
let memory: BufferMemory
let accumulator: Accumulator

function createAccumulator(deliveryTimeoutMs = 60_000): Accumulator {
  const created = new Accumulator({ publisher, partitions: 1, limits: LIMITS, deliveryTimeoutMs, now: () => 0 })
  created.open()
  return created
}

function append(identity: string, chain?: Chain, value = identity): Promise<Outcome> {
  const reservation = memory.tryReserve(100)
  assert.ok(reservation)
  return accumulator.append(recordOf(identity, value), reservation, chain).finally(() => reservation.release())
}

const acknowledged = { kind: 'acknowledged', baseOffset: 0n } as const
const replaced = { kind: 'unknown', reason: 'producer-replaced' } as const
const predecessor = { kind: 'rejected', reason: 'predecessor' } as const
const values = () => publisher.published.map((published) => published.values.join(''))

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] })
  publisher = new FakePublisher()
  memory = new BufferMemory(10_000)
  accumulator = createAccumulator()
})

afterEach(async () => {
  mock.timers.reset()
  await accumulator.drain(0)
  assert.equal(memory.usedBytes, 0)
})

test('behind a record whose outcome is unknown no record of its chain is sent, others are', async () => {
  const chain = new Chain()
  const outcomes = [...'abcde'].map((name) => append(name, chain))
  const other = append('x')
  await turn()
  publisher.latest.answer(replaced) // abc
  await turn()
  assert.deepEqual(values(), ['abc', 'x'])
  publisher.latest.answer(acknowledged)
  assert.deepEqual(await Promise.all(outcomes), [replaced, replaced, replaced, predecessor, predecessor])
  assert.equal((await other).kind, 'acknowledged')
  assert.deepEqual(await append('f', chain), predecessor)
})

test('a record that the topic finds too large breaks its chain: an operator can change that', async () => {
  const chain = new Chain()
  const outcomes = [append('a', chain), append('b', chain)]
  await turn()
  publisher.latest.answer({ kind: 'too-large' })
  await turn()
  publisher.latest.answer({ kind: 'too-large' }) // a alone
  assert.deepEqual(await Promise.all(outcomes), [{ kind: 'rejected', reason: 'too-large' }, predecessor])
  assert.deepEqual(values(), ['ab', 'a'])
})

test('a record whose deadline passed while it waited breaks its chain before the next one can leave', async () => {
  accumulator = createAccumulator(30)
  const chain = new Chain()
  const first = append('a')
  await turn()
  publisher.latest.batch.beginAttempt()
  const waiting = [append('b', chain), append('c', chain)]
  pass(30)
  const [outcome] = await Promise.all(waiting)
  assert.deepEqual(outcome, { kind: 'rejected', reason: 'expired' })
  publisher.latest.answer(acknowledged)
  await turn()
  assert.deepEqual(values(), ['a'])
  assert.equal((await first).kind, 'unknown')
})

test('what comes before the break is sent', async () => {
  const chain = new Chain()
  const outcomes = [...'abcde'].map((name) => append(name, chain))
  await turn()
  chain.breakAt()
  publisher.latest.answer(acknowledged) // abc
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['abc', 'de'])
  for (const outcome of outcomes) assert.equal((await outcome).kind, 'acknowledged')
  assert.deepEqual(await append('f', chain), predecessor)
})

test('what is refused at the door breaks the chain too', async () => {
  const chain = new Chain()
  void accumulator.drain(0)
  assert.deepEqual(await append('a', chain), { kind: 'rejected', reason: 'draining' })
  assert.deepEqual(await append('b', chain), predecessor)
})

test('a record that joined one whose outcome is unknown breaks its own chain', async () => {
  const chain = new Chain()
  const first = append('a')
  await turn()
  const joined = append('a', chain)
  const behind = append('b', chain)
  publisher.latest.answer(replaced)
  await turn()
  assert.deepEqual(await Promise.all([first, joined, behind]), [replaced, replaced, predecessor])
  assert.deepEqual(values(), ['a'])
})

test('other bytes with an identity that is busy break the chain, a final conflict does not', async () => {
  const [lost, kept] = [new Chain(), new Chain()]
  void append('a')
  await turn()
  const busy = append('a', lost, 'other')
  publisher.latest.answer(replaced)
  assert.deepEqual(await busy, { kind: 'rejected', reason: 'identity-busy' })
  assert.equal(lost.isBroken, true)

  void append('b')
  await turn()
  const conflict = append('b', kept, 'other')
  publisher.latest.answer(acknowledged)
  assert.deepEqual(await conflict, { kind: 'rejected', reason: 'identity-conflict' })
  assert.equal(kept.isBroken, false)
})

test('a record that somebody outside of the broken chain waits for as well is sent', async () => {
  const chain = new Chain()
  const [a, b] = [append('a', chain), append('b', chain)]
  await turn()
  const c = append('c', chain)
  const live = append('c')
  publisher.latest.answer(replaced)
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['ab', 'c'])
  assert.deepEqual([await a, await b], [replaced, replaced])
  assert.equal((await c).kind, 'acknowledged')
  assert.equal((await live).kind, 'acknowledged')
})

/** Lets the deadlines of what waits pass. */
const pass = (ms: number) => mock.timers.tick(ms)

/** `a` of a chain has failed, and `b`, more than a batch behind it, is cut off and still waits. */
async function cutOff(chain: Chain) {
  const a = append('a', chain)
  for (const name of 'uvwxyz') void append(name)
  const b = append('b', chain)
  await turn()
  publisher.latest.answer(replaced)
  assert.deepEqual(await a, replaced)
  await turn()
  assert.deepEqual(values(), ['auv', 'wxy'])
  return { b }
}

test('a resend joins nothing that is cut off: it goes behind what is sent again before it', async () => {
  const chain = new Chain()
  const { b } = await cutOff(new Chain())
  const again = [append('a', chain), append('b', chain)]
  publisher.latest.answer(acknowledged)
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['auv', 'wxy', 'zab'])
  assert.deepEqual(await b, predecessor)
  for (const outcome of again) assert.equal((await outcome).kind, 'acknowledged')
})

test('a resend before the deadline of what is cut off overtakes nothing either', async () => {
  accumulator = createAccumulator(60)
  const ahead = append('x')
  await turn()
  publisher.latest.batch.beginAttempt()
  const [first, second] = [new Chain(), new Chain()]
  const a = append('a', first)
  pass(30)
  const b = append('b', first)
  pass(30)
  assert.deepEqual(await a, { kind: 'rejected', reason: 'expired' })
  const again = [append('a', second), append('b', second)]
  publisher.latest.answer(acknowledged)
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['x', 'ab'])
  assert.deepEqual(await b, predecessor)
  for (const outcome of again) assert.equal((await outcome).kind, 'acknowledged')
  await ahead
})

test('a live record joins nothing that is cut off', async () => {
  const { b } = await cutOff(new Chain())
  const live = [append('a'), append('b')]
  publisher.latest.answer(acknowledged)
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['auv', 'wxy', 'zab'])
  assert.deepEqual(await b, predecessor)
  for (const outcome of live) assert.equal((await outcome).kind, 'acknowledged')
})

test('a chain joins behind its last record, in flight or not', async () => {
  const [first, second] = [new Chain(), new Chain()]
  const a = [...'abcd'].map((name) => append(name, first))
  await turn()
  const b = [...'abcd'].map((name) => append(name, second))
  publisher.latest.answer(acknowledged)
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['abc', 'd'])
  assert.deepEqual(await Promise.all(a), await Promise.all(b))
})

test('a chain does not join before its last record: it is to be sent again when that record has its outcome', async () => {
  const chain = new Chain()
  void append('x')
  await turn()
  const live = append('b')
  const again = [append('a', chain), append('b', chain), append('c', chain)]
  publisher.latest.answer(acknowledged)
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['x', 'ba'])
  assert.equal((await live).kind, 'acknowledged')
  const [first, ...behind] = await Promise.all(again)
  assert.equal(first?.kind, 'acknowledged')
  assert.deepEqual(behind, [predecessor, predecessor])
})

test('a chain does not join before its last record what may have left for nobody any more', async () => {
  accumulator = createAccumulator(30)
  const [first, second] = [new Chain(), new Chain()]
  const late = append('b', first)
  await turn()
  publisher.latest.batch.beginAttempt()
  pass(30)
  assert.deepEqual(await late, { kind: 'unknown', reason: 'deadline' })
  const again = [append('a', second), append('b', second)]
  assert.deepEqual(await again[1], predecessor)
  publisher.latest.answer(acknowledged)
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['b', 'a'])
  assert.equal((await again[0])?.kind, 'acknowledged')
})

test('a chain that waits with other bytes does not join out of order either', async () => {
  const chain = new Chain()
  void append('x')
  await turn()
  const live = append('b')
  const again = [append('a', chain), append('b', chain, 'other'), append('b', chain)]
  publisher.latest.answer(acknowledged)
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['x', 'ba'])
  assert.equal((await live).kind, 'acknowledged')
  const [first, conflict, late] = await Promise.all(again)
  assert.equal(first?.kind, 'acknowledged')
  assert.deepEqual([conflict, late], [{ kind: 'rejected', reason: 'identity-conflict' }, predecessor])
})

test('a record that occurs twice in a chain is one record', async () => {
  const chain = new Chain()
  const outcomes = [...'abba'].map((name) => append(name, chain))
  await turn()
  publisher.latest.answer(acknowledged)
  for (const outcome of outcomes) assert.equal((await outcome).kind, 'acknowledged')
  assert.deepEqual(values(), ['ab'])
})

test('what is cut off leaves a batch of which nothing was attempted when it is sent again', async () => {
  accumulator = createAccumulator(80)
  const [first, second] = [new Chain(), new Chain()]
  void append('x')
  await turn()
  const a = append('a', first)
  pass(40)
  const live = append('a')
  const b = append('b', first)
  publisher.latest.answer(acknowledged)
  await turn()
  assert.deepEqual(values(), ['x', 'ab'])
  pass(40)
  assert.deepEqual(await a, { kind: 'unknown', reason: 'deadline' })
  const again = [append('a', second), append('b', second)]
  assert.deepEqual(await b, predecessor)
  assert.equal(publisher.latest.batch.beginAttempt(), false)
  publisher.latest.answer({ kind: 'not-attempted' })
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['x', 'ab', 'ab'])
  for (const outcome of [live, ...again]) assert.equal((await outcome).kind, 'acknowledged')
})

test('other bytes with the identity of what is cut off make nothing sendable', async () => {
  const [first, other] = [new Chain(), new Chain()]
  const a = [...'abcd'].map((name) => append(name, first))
  await turn()
  const conflict = append('d', other, 'D')
  const behind = append('e', other)
  publisher.latest.answer(replaced) // abc; d is cut off
  await turn()
  assert.deepEqual(values(), ['abc'])
  assert.deepEqual(await a[3], predecessor)
  assert.deepEqual(await conflict, { kind: 'rejected', reason: 'identity-busy' })
  assert.deepEqual(await behind, predecessor)
})

test('other bytes with the identity of what is cut off are sent in its stead', async () => {
  const { b } = await cutOff(new Chain())
  const other = append('b', undefined, 'B')
  publisher.latest.answer(acknowledged)
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['auv', 'wxy', 'zB'])
  assert.deepEqual(await b, predecessor)
  assert.equal((await other).kind, 'acknowledged')
})

test('at its deadline a record is rejected although other bytes wait for it: they want nothing sent', async () => {
  accumulator = createAccumulator(40)
  const ahead = append('x')
  await turn()
  publisher.latest.batch.beginAttempt()
  const other = new Chain()
  const waiting = append('a')
  pass(20)
  const conflict = append('a', other, 'A')
  const behind = append('b', other)
  pass(20)
  assert.deepEqual(await waiting, { kind: 'rejected', reason: 'expired' })
  assert.deepEqual(await conflict, { kind: 'rejected', reason: 'identity-busy' })
  publisher.latest.answer(acknowledged)
  await turn()
  assert.deepEqual(values(), ['x'])
  assert.deepEqual(await behind, predecessor)
  await ahead
})

test('a record that is cut off for one request goes with the deadline of the last that wants it sent', async () => {
  accumulator = createAccumulator(60)
  const [first, second] = [new Chain(), new Chain()]
  const x = append('x', first)
  await turn()
  publisher.latest.batch.beginAttempt()
  pass(30)
  const ahead = append('y', second)
  const a = append('a', second)
  const cutOff = append('a', first)
  pass(30)
  assert.deepEqual(await x, { kind: 'unknown', reason: 'deadline' })
  pass(30)
  assert.deepEqual(await ahead, { kind: 'rejected', reason: 'expired' })
  assert.equal((await a).kind, 'rejected')
  assert.equal((await cutOff).kind, 'rejected')
  publisher.latest.answer(acknowledged)
  await turn()
  assert.deepEqual(values(), ['x'])
})

test('what nobody waits for any more is not sent when its batch is too large after all', async () => {
  accumulator = createAccumulator(30)
  const first = new Chain()
  const a = [append('a', first), append('b', first)]
  await turn()
  publisher.latest.batch.beginAttempt()
  pass(30)
  for (const outcome of a) assert.deepEqual(await outcome, { kind: 'unknown', reason: 'deadline' })
  publisher.latest.batch.attemptRefused()
  publisher.latest.answer({ kind: 'too-large' })
  await turn()
  assert.deepEqual(values(), ['ab'], 'the first would fail and the second would not')
  const second = new Chain()
  const b = [append('a', second), append('b', second)]
  await turn()
  publisher.latest.answer(acknowledged)
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['ab', 'a', 'b'])
  for (const outcome of b) assert.equal((await outcome).kind, 'acknowledged')
})

test('of a batch that is too large only what somebody waits for is sent, in order', async () => {
  accumulator = createAccumulator(60)
  const [first, second] = [new Chain(), new Chain()]
  const a = [append('a', first), append('b', first)]
  await turn()
  publisher.latest.batch.beginAttempt()
  pass(30)
  const b = [append('a', second), append('b', second)]
  pass(30)
  for (const outcome of a) assert.equal((await outcome).kind, 'unknown')
  publisher.latest.batch.attemptRefused()
  publisher.latest.answer({ kind: 'too-large' })
  await turn()
  publisher.latest.answer(replaced) // a alone: b is cut off
  await turn()
  assert.deepEqual(values(), ['ab', 'a'])
  assert.deepEqual(await Promise.all(b), [replaced, predecessor])
})
