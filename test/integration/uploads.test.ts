import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { randomPlan } from '../faults/cases.ts'
import { runCase } from '../faults/run-case.ts'
import { createWorld, startBrokers } from '../faults/world.ts'

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)

suite('uploads', () => {
  let kafka: ProxiedKafka

  before(async () => {
    kafka = await startBrokers()
  })

  after(() => kafka.stop())

  /** Uploads are large enough to be read by workers, and stores and partitions are shared with live tills. */
  const LOAD = { tills: 12, stores: 6, uploaders: 6, invoicesPerUpload: 120, pauseMs: 5 }

  test('beside live invoices: nothing is lost, twice or out of order, byte for byte', async () => {
    const world = await createWorld(kafka)
    world.startLoad(LOAD)
    await world.load.more(8_000)
    const { report } = await world.finish()
    assert.deepEqual(world.findings, [])
    assert.equal(report.held, true)
    assert.equal(report.totals.found.duplicates, 0, 'no till had to send again')
    assert.ok(report.totals.acknowledged >= 8_000)
  })

  test('while brokers are killed and frozen and answers are lost: the order of each till holds', async (t) => {
    t.diagnostic(`SEED=${SEED}`)
    // Short, so that deadlines pass while records wait, and uploads break off in the middle.
    const plan = {
      ...randomPlan(12, { ...LOAD, impatience: { chance: 0.2, withinMs: 1_500 } }),
      environment: { DELIVERY_TIMEOUT_MS: '1500', STALL_AFTER_MS: '1000' },
    }
    const { findings, acknowledged } = await runCase(kafka, plan, SEED)
    assert.deepEqual(findings, [])
    t.diagnostic(`${acknowledged} acknowledged`)
  })
})
