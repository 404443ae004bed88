import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as fc from 'fast-check'
import { type Arrival, Arrivals, type GivenUp } from '../../src/admission/arrivals.ts'
import { BufferMemory } from '../../src/admission/buffer-memory.ts'
import { leftBySmallCollections } from '../harness/small-collections.ts'

const [CAPACITY_BYTES, GRACE_MS] = [1_000, 5_000]

/** Bodies of 800 bytes each, which arrive when a test says so, and a clock that it sets. */
function arriving(memory = new BufferMemory(10_000)) {
  const clock = { nowMs: 0 }
  const given: [name: string, why: GivenUp][] = []
  const arrivals = new Arrivals({
    capacityBytes: CAPACITY_BYTES,
    minBytesPerSecond: 100,
    graceMs: GRACE_MS,
    now: () => clock.nowMs,
  })
  const begin = (name: string, lengthBytes = 800) => {
    const reservation = memory.tryReserve(0)
    assert.ok(reservation)
    const giveUp = (why: GivenUp) => {
      given.push([name, why])
      end()
    }
    const arrival: Arrival = arrivals.begin({ reservation, lengthBytes, giveUp })
    const end = () => {
      arrivals.end(arrival)
      reservation.release()
    }
    return { grow: (bytes: number) => arrivals.grow(arrival, bytes, arrival.heldBytes + bytes), end, reservation }
  }
  return { arrivals, memory, clock, given, begin }
}

/** Moves the mocked timers and the clock together. */
function passing(t: TestContext, clock: { nowMs: number }) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return (ms: number) => {
    for (let i = 0; i < ms; i += 100) {
      clock.nowMs += 100
      t.mock.timers.tick(100)
    }
  }
}

test('a body that has not arrived holds what has arrived of it, and gives it back at its end', () => {
  const { arrivals, memory, begin } = arriving()
  const body = begin('a')
  assert.equal(memory.usedBytes, 0)
  assert.ok(body.grow(300))
  assert.deepEqual([arrivals.heldBytes, memory.usedBytes], [300, 300])
  body.end()
  assert.deepEqual([arrivals.heldBytes, memory.usedBytes, arrivals.size], [0, 0, 0])
  arrivals.stop()
})

test('when there is no more room, the latest body goes, and the one that makes progress stays', () => {
  const { arrivals, clock, given, begin } = arriving()
  const [stalled, later] = [begin('stalled'), begin('later')]
  stalled.grow(600)
  clock.nowMs = 3_000
  later.grow(300)
  assert.ok(begin('live').grow(400))
  assert.deepEqual(given, [['stalled', 'no-room']])
  arrivals.stop()
})

test('among equals the one goes of which most is still to come, even if that is the one that needs room', () => {
  const { arrivals, given, begin } = arriving()
  const [first, second] = [begin('first'), begin('second')]
  first.grow(600)
  second.grow(300)
  assert.equal(second.grow(200), false)
  assert.deepEqual(given, [['second', 'no-room']])
  assert.ok(first.grow(200), 'it gets to its end')
  arrivals.stop()
})

test('a body whose reservation has no room stays as it is', () => {
  const { arrivals, given, begin } = arriving(new BufferMemory(100))
  const body = begin('a')
  assert.equal(body.grow(101), false)
  assert.deepEqual([given, arrivals.heldBytes], [[], 0])
  assert.ok(body.grow(100))
  arrivals.stop()
})

test('a body of which nothing comes is given up after the grace, whatever came before', (t) => {
  const { arrivals, clock, given, begin } = arriving()
  const pass = passing(t, clock)
  begin('silent')
  const quick = begin('quick')
  quick.grow(700)
  pass(GRACE_MS - 100)
  assert.deepEqual(given, [])
  quick.grow(1)
  pass(1_200)
  assert.deepEqual(given, [
    ['silent', 'too-slow'],
    ['quick', 'too-slow'],
  ])
  assert.equal(arrivals.size, 0)
})

test('a body that keeps the least rate is never given up, however long it takes; a slower one is', (t) => {
  const { arrivals, clock, given, begin } = arriving()
  const pass = passing(t, clock)
  const [steady, slow] = [begin('steady', 10_000), begin('slow', 10_000)]
  for (let i = 0; i < 12; i++) {
    if (given.length === 0) slow.grow(20)
    assert.ok(steady.grow(100))
    pass(1_000)
    if (arrivals.heldBytes > 900) break
  }
  assert.deepEqual(given, [['slow', 'too-slow']])
  steady.end()
  arrivals.stop()
})

test('the time that the process itself was held up counts against nobody', (t) => {
  const { arrivals, clock, given, begin } = arriving()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  begin('a')
  clock.nowMs = 60_000
  t.mock.timers.tick(1_000)
  assert.deepEqual(given, [])
  arrivals.stop()
})

test('whatever arrives, ends or stalls: no bound is passed, and at the end everything is given back', () => {
  const step = fc.record({
    body: fc.nat(7),
    what: fc.constantFrom('grow', 'grow', 'grow', 'end', 'wait'),
    bytes: fc.integer({ min: 1, max: 700 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 200, max: 3_000 }), (steps, memoryBytes) => {
      const { arrivals, memory, clock, given, begin } = arriving(new BufferMemory(memoryBytes))
      const bodies = new Map<number, ReturnType<typeof begin>>()
      for (const { body: number, what, bytes } of steps) {
        let body = bodies.get(number)
        if (body === undefined) {
          body = begin(String(number))
          bodies.set(number, body)
        }
        if (what === 'grow') body.grow(bytes)
        if (what === 'end') body.end()
        if (what === 'end') bodies.delete(number)
        if (what === 'wait') clock.nowMs += bytes
        for (const [name] of given.splice(0)) bodies.delete(Number(name))
        assert.ok(arrivals.heldBytes <= CAPACITY_BYTES)
        assert.ok(memory.usedBytes <= memoryBytes)
        const heldBytes = [...bodies.values()].reduce((sum, { reservation }) => sum + reservation.sizeBytes, 0)
        assert.deepEqual([arrivals.heldBytes, memory.usedBytes], [heldBytes, heldBytes])
      }
      for (const body of bodies.values()) body.end()
      assert.deepEqual([arrivals.heldBytes, memory.usedBytes, arrivals.size], [0, 0, 0])
      arrivals.stop()
    }),
  )
})

test('a body that has arrived does not outlive small garbage collections', () => {
  const UNDER_WAY = 60
  const { arrivals, memory } = arriving()
  const reservation = memory.tryReserve(0)
  assert.ok(reservation)
  const begun: Arrival[] = []
  const left = leftBySmallCollections((index) => {
    const body = new Array(100).fill(index)
    const giveUp = () => assert.equal(body.length, 100)
    const before = begun[index % UNDER_WAY]
    if (before !== undefined) arrivals.end(before)
    begun[index % UNDER_WAY] = arrivals.begin({ reservation, lengthBytes: 800, giveUp })
  })
  arrivals.stop()
  assert.ok(left < 2, `${left} MiB`)
})
