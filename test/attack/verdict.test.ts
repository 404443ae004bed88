import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { newTally } from './connection.ts'
import { LEGEND, tableText } from './table.ts'
import type { Seen } from './till.ts'
import { faultsOf, growthOf, isDoubtful } from './verdict.ts'

const QUIET: Seen = {
  posts: { 201: 80 },
  uploads: { 200: 8 },
  probes: { 200: 16 },
  p50Ms: 4,
  p99Ms: 12,
  slowestProbeMs: 3,
}
const NOISE_MS = 5
const round = (during: Partial<Seen>, before: Partial<Seen> = {}) => ({
  before: { ...QUIET, ...before },
  during: { ...QUIET, ...during },
})
const faults = (during: Partial<Seen>, before: Partial<Seen> = {}) => faultsOf([round(during, before)], NOISE_MS)

suite('an attack did harm', () => {
  test('if a post, an upload or a probe got another answer than it should, or none', () => {
    assert.deepEqual(faults({ posts: { 201: 79, 503: 1 } }), ['posts: 503'])
    assert.deepEqual(faults({ posts: { 201: 79, none: 1 } }), ['posts: no answer in time'])
    assert.deepEqual(faults({ uploads: { 503: 8 } }), ['uploads: 503'])
    assert.deepEqual(faults({ probes: { 200: 15, none: 1 } }), ['probes: no answer in time'])
    assert.deepEqual(faults({ posts: { 503: 80 }, uploads: { 413: 1 } }), ['posts: 503', 'uploads: 413'])
  })

  test('if the p50 of the till more than doubled', () => {
    assert.deepEqual(faults({ p50Ms: 10 }), [])
    assert.deepEqual(faults({ p50Ms: 10.6 }), ['p50 x 2.1'])
    assert.deepEqual(faults({ p50Ms: 400, p99Ms: 900 }), ['p50 x 80.0'])
  })

  test('not if a busy process that sends nothing has the same effect', () => {
    assert.deepEqual(faultsOf([round({ p50Ms: 35 })], 20), [])
    assert.deepEqual(faultsOf([round({ p50Ms: 45 })], 20), ['p50 x 2.3'])
  })

  test('not if the till was as slow right before it', () => {
    assert.deepEqual(faults({ p50Ms: 100 }, { p50Ms: 60 }), [])
    assert.deepEqual(faults({ p50Ms: 130 }, { p50Ms: 60 }), ['p50 x 2.2'])
  })

  test('in any round, if answers say so; by the median round, if only the p50 does', () => {
    const slow = round({ p50Ms: 50 })
    const refused = round({ posts: { 503: 1 } })
    assert.deepEqual(faultsOf([refused, round({}), round({})], NOISE_MS), ['posts: 503'])
    assert.deepEqual(faultsOf([slow, round({}), round({})], NOISE_MS), [])
    assert.deepEqual(faultsOf([slow, round({}), slow], NOISE_MS), ['p50 x 10.0'])
    assert.equal(growthOf([slow, round({}), slow], NOISE_MS), 10)
  })

  test('for certain, unless only the p50 says so: then it is measured again', () => {
    assert.equal(isDoubtful(faults({ p50Ms: 50 })), true)
    assert.equal(isDoubtful(faults({ p50Ms: 50, posts: { 503: 1 } })), false)
    assert.equal(isDoubtful([]), false)
  })

  test('if the gateway took more memory than it has where it is deployed', () => {
    assert.deepEqual(faultsOf([round({})], NOISE_MS, 850 * 2 ** 20), [])
    assert.deepEqual(faultsOf([round({})], NOISE_MS, 900 * 2 ** 20), ['memory: 900 MiB'])
  })

  test('if nothing was measured', () => {
    assert.deepEqual(faultsOf([], NOISE_MS), ['not measured'])
    assert.deepEqual(faults({ posts: {} }), ['posts: none was sent'])
  })
})

test('the table has a line for each attack, with what was seen and the verdict', () => {
  const row = (name: string, during: Partial<Seen>, floorMs?: number) => {
    const rounds = [round(during)]
    return {
      name,
      what: '',
      sent: { ...newTally(), bytesSent: 34_000, answers: { 404: 7 } },
      rounds,
      noiseMs: NOISE_MS,
      floorMs,
      residentBytes: 150 * 2 ** 20,
      longestBlockMs: 11.2,
      faults: faultsOf(rounds, Math.max(NOISE_MS, floorMs ?? 0)),
    }
  }
  const flood = row('flood', { posts: { 201: 1, 503: 79 }, p50Ms: 1_000 })
  const text = tableText([row('not-found', {}), flood, row('long', { p50Ms: 20 }, 12)])
  const [head = '', ...lines] = text.split('\n')
  assert.match(head, /^attack .* verdict$/)
  assert.match(lines[0]!, /^not-found +34 KB +404 x 7 +201 x 80 \/ 200 x 8 .* 150 +11 +held$/)
  assert.match(lines[1]!, /^flood .* 201 x 1, 503 x 79 \/ 200 x 8 .* 200\.0 .* FAILED: posts: 503, p50 x 200\.0$/)
  assert.match(lines[2]!, /^long .* 4\.0 +12\.0 .* held, as a bare server$/)
  assert.ok(LEGEND.split('\n').every((line) => line.length <= 120))
})
