import { test } from 'node:test'
import * as fc from 'fast-check'
import { DELIVERY_TIMEOUT_MS, OrderModel, type Step } from './order-model.ts'

const SEEDS = [1, 2, 3, 4]
const RUNS_PER_SEED = 1_000

const till = fc.nat({ max: 1 })
const upload = fc.nat({ max: 7 })
const count = fc.integer({ min: 1, max: 5 })
const kind = <const K extends string>(kind: K) => fc.constant(kind)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: kind('upload'), till, count, isOther: fc.constant(false) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('upload'), till, count, isOther: fc.constant(true) }) },
  { weight: 8, arbitrary: fc.record({ kind: kind('append'), upload, count }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('post'), till }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('hang-up'), upload }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('attempt') }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: kind('answer'),
      fate: fc.constantFrom('stored', 'stored-untold', 'late', 'lost', 'lost', 'too-large', 'refused'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('land') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('wait'),
      ms: fc.constantFrom(10, 40, DELIVERY_TIMEOUT_MS - 10, DELIVERY_TIMEOUT_MS),
    }),
  },
)

const plan = fc.record({
  stallAfterMs: fc.constantFrom(30, 10 * DELIVERY_TIMEOUT_MS),
  large: fc.array(fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 1 }), { minLength: 2, maxLength: 2 }),
  steps: fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }),
})

for (const seed of SEEDS)
  test(`whatever overlaps, fails or comes late, each terminal’s invoices are in order (seed ${seed})`, async (t) => {
    const property = fc.asyncProperty(plan, async (plan) => {
      const model = new OrderModel(plan, t.mock.timers)
      await model.run(plan.steps)
      model.judge()
      await model.heal()
      model.judge()
    })
    t.mock.timers.enable({ apis: ['setTimeout'] })
    await fc.assert(property, { seed, numRuns: RUNS_PER_SEED })
  })
