import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
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
  publisher = new FakePublisher()
  memory = new BufferMemory(10_000)
  accumulator = createAccumulator()
})

afterEach(async () => {
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

test('a record that will never be taken breaks no chain', async () => {
  const chain = new Chain()
  const outcomes = [append('a', chain), append('b', chain)]
  await turn()
  publisher.latest.answer({ kind: 'too-large' })
  await turn()
  publisher.latest.answer({ kind: 'too-large' }) // a alone
  await turn()
  publisher.latest.answer(acknowledged)
  assert.deepEqual(values(), ['ab', 'a', 'b'])
  const [first, second] = await Promise.all(outcomes)
  assert.deepEqual(first, { kind: 'rejected', reason: 'too-large' })
  assert.equal(second?.kind, 'acknowledged')
})

test('a record whose deadline passed while it waited breaks its chain before the next one can leave', async () => {
  accumulator = createAccumulator(30)
  const chain = new Chain()
  const first = append('a')
  await turn()
  publisher.latest.batch.beginAttempt()
  const waiting = [append('b', chain), append('c', chain)]
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
