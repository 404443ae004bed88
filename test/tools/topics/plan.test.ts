import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../../src/tools/terminal/input-errors.ts'
import { busiestBroker } from '../../../src/tools/topics/broker-load.ts'
import { type PlanInput, planTopic } from '../../../src/tools/topics/plan.ts'
import { planText } from '../../../src/tools/topics/plan-text.ts'

const estate: PlanInput = {
  stores: 40_000,
  invoicesPerDay: 60_000_000,
  brokers: 9,
  invoiceBytes: 1_600,
  peakFactor: 8,
  retentionDays: 7,
  gatewayRate: 1_000,
  brokerCores: 4,
  brokerCpuMicroseconds: 1_224,
  dedup: false,
}

test('40,000 stores on nine brokers', () => {
  const plan = planTopic(estate)
  assert.equal(plan.partitions, 108)
  assert.equal(plan.brokersAtMost, 36)
  assert.equal(plan.replicationFactor, 3)
  assert.equal(plan.gateways, 7)
  assert.equal(Math.round(plan.invoicesAtPeak), 5_556)
  // 60,000,000 a day of 1,950 bytes, three times, for eight days, over nine brokers
  assert.equal(plan.diskUsedBytes, (60_000_000 * 1_950 * 3 * 8) / 9)
  assert.ok(plan.diskBytes > plan.diskUsedBytes * 1.5)
  // With one lost eight lead and follow all of it; the busiest leads a few per cent more than an eighth.
  const eighth = ((60_000_000 / 86_400) * 8 * 1_950) / 8
  for (const bytes of [plan.networkInBytes, plan.networkOutBytes])
    assert.ok(bytes > 3 * eighth && bytes < 3.2 * eighth, String(bytes / eighth))
  // docs/scaling.md: 0.85 cores with one lost, where leaders are even
  assert.ok(plan.brokerCpuCores > 0.85 && plan.brokerCpuCores < 0.9, String(plan.brokerCpuCores))
})

test('the topic keeps the promise', () => {
  const settings = Object.fromEntries(planTopic(estate).settings.map(({ name, value }) => [name, value]))
  assert.deepEqual(settings, {
    'min.insync.replicas': '2',
    'unclean.leader.election.enable': 'false',
    'cleanup.policy': 'delete',
    'retention.ms': '604800000',
    'retention.bytes': '-1',
    'segment.ms': '86400000',
    'max.message.bytes': '1048588',
    'compression.type': 'producer',
    'message.timestamp.type': 'LogAppendTime',
  })
})

test('with tillgate dedup every invoice is stored twice, and its three topics are planned', () => {
  const [plain, plan] = [planTopic(estate), planTopic({ ...estate, dedup: true })]
  assert.equal(plain.dedup, null)
  assert.equal(plan.diskBytes, 2 * plain.diskBytes)
  assert.equal(plan.networkInBytes, 2 * plain.networkInBytes)
  assert.equal(plan.consumerGroupBytes, plain.consumerGroupBytes)
  assert.ok(plan.brokerCpuCores > plain.brokerCpuCores)
  assert.equal(plan.dedup?.processes, 1)
  assert.equal(planTopic({ ...estate, brokers: 36, invoicesPerDay: 140_000_000, dedup: true }).dedup?.processes, 3)
  assert.deepEqual(Object.keys(plan.dedup?.topics ?? {}), ['unique', 'conflicts', 'journals'])
  const text = planText(plan)
  assert.match(text, /^ {2}\.journals +108 +partitions.*\n(?: .*\n)? {2}cleanup\.policy +compact +the latest state/m)
  assert.match(text, /^ {2}processes +1 +5,556\/s at the peak/m)
  assert.doesNotMatch(planText(plain), /dedup|\.unique/)
})

test('few stores get fewer partitions, so that each has some, and never fewer than three a broker', () => {
  assert.equal(planTopic({ ...estate, stores: 100, invoicesPerDay: 100_000, brokers: 3 }).partitions, 24)
  assert.equal(planTopic({ ...estate, stores: 9, invoicesPerDay: 9_000, brokers: 3 }).partitions, 9)
})

test('nonsense is refused with a message that says what is wrong and what would do', () => {
  const wrong: [Partial<PlanInput>, RegExp][] = [
    [{ brokers: 2 }, /--brokers 2: the promise needs 3 brokers/],
    [{ stores: 40, invoicesPerDay: 60_000_000 }, /1,500,000 invoices a store and day/],
    [{ brokers: 1_000, stores: 1_000_000 }, /10,000 partitions at the most/],
    [{ invoicesPerDay: 2_000_000_000, brokerCores: 512 }, /MB\/s.*--brokers \d+ or more/],
    [{ invoicesPerDay: 600_000_000 }, /cores.*more than half of its 4.*--brokers \d+ or more, or --broker-cores/],
    [{ stores: 30, invoicesPerDay: 3_000_000, invoiceBytes: 200, peakFactor: 1_000 }, /fullest partition/],
  ]
  for (const [change, said] of wrong)
    assert.throws(
      () => planTopic({ ...estate, ...change }),
      (error: Error) => {
        assert.ok(error instanceof UsageError)
        assert.match(error.message, said)
        return true
      },
    )
})

test('few stores on few brokers get a plan', () => {
  for (const stores of [1, 2, 5, 8]) {
    const plan = planTopic({ ...estate, stores, invoicesPerDay: 1_000 * stores, brokers: 3 })
    assert.equal(plan.partitions, 9)
    assert.ok(plan.fullestPartition <= 9, 'no partition gets more than everything')
    assert.match(planText(plan), /^ {2}partitions +9 /m)
  }
  assert.equal(planTopic({ ...estate, stores: 1, invoicesPerDay: 1_000, brokers: 3 }).fullestPartition, 9)
})

test('a lost broker leaves its leaders and replicas to the others, as many as there can be', () => {
  const load = { invoices: 800, recordBytes: 2_000, stores: 1e9, replicationFactor: 3, cpuMicroseconds: 1_224 }
  const near = (found: number, expected: number) =>
    assert.ok(Math.abs(found / expected - 1) < 0.001, `${found} ${expected}`)
  const nine = busiestBroker(load, 9)
  near(nine.networkInBytes, (3 * 800 * 2_000) / 9)
  near(nine.networkOutBytes, (3 * 800 * 2_000) / 9)
  near(nine.cpuCores, (800 * 1_224e-6) / 9)
  near(busiestBroker(load, 8).networkInBytes, (3 * 800 * 2_000) / 8)
  const two = busiestBroker(load, 2) // each leads half, follows the other, and sends to it and to the consumers
  near(two.networkInBytes, 800 * 2_000)
  near(two.networkOutBytes, 800 * 2_000)
  const alone = busiestBroker({ ...load, stores: 1 }, 3) // one store: one broker leads all of it, and follows nothing more
  assert.ok(alone.networkOutBytes >= 3 * 800 * 2_000)
})

test('the processor time of a broker refuses a plan, and its reason is in the text', () => {
  const busy = { ...estate, invoicesPerDay: 200_000_000 }
  assert.throws(() => planTopic(busy), /--brokers \d+ or more, or --broker-cores/)
  const { brokerCpuCores } = planTopic({ ...busy, brokerCores: 8 })
  assert.ok(brokerCpuCores > 2 && brokerCpuCores < 4)
  assert.ok(planTopic({ ...busy, brokerCpuMicroseconds: 413 }).brokerCpuCores < 2)
  assert.match(planText(planTopic(estate)), /^ {2}processor +0\.\d+ cores +at the peak with one broker lost/m)
})

for (const [limit, more] of [
  ['network', { brokerCores: 512 }],
  ['processor', {}],
] as const)
  test(`the number of brokers that a refusal for the ${limit} names is enough, and no more than needed`, () => {
    const much = { ...estate, invoicesPerDay: 2_000_000_000, ...more }
    let message = ''
    try {
      planTopic(much)
    } catch (error) {
      message = (error as Error).message
    }
    const brokers = Number(/--brokers (\d+)/.exec(message)?.[1])
    planTopic({ ...much, brokers })
    assert.throws(() => planTopic({ ...much, brokers: brokers - 1 }))
  })

test('every number of the text has its reason in the same line', () => {
  const text = planText(planTopic(estate))
  for (const part of [
    /^ {2}partitions +108 +12 a broker\. FIXED/m,
    /^ {2}disk +520 GB +312 GB used/m,
    /KAFKA_PARTITIONS=108/,
  ])
    assert.match(text, part)
  for (const line of text.split('\n').filter((line) => line.startsWith('  '))) assert.match(line, / {2}\S+ .*[a-z]{2}/)
})
