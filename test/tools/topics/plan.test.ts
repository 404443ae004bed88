import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../../src/tools/terminal/flags.ts'
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
  assert.equal(Math.round(plan.networkInBytes), Math.round(((60_000_000 / 86_400) * 8 * 1_950 * 3) / 9))
  assert.ok(plan.networkOutBytes > plan.networkInBytes)
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

test('few stores get fewer partitions, so that each has some, and never fewer than three a broker', () => {
  assert.equal(planTopic({ ...estate, stores: 100, invoicesPerDay: 100_000, brokers: 3 }).partitions, 24)
  assert.equal(planTopic({ ...estate, stores: 9, invoicesPerDay: 9_000, brokers: 3 }).partitions, 9)
})

test('nonsense is refused with a message that says what is wrong and what would do', () => {
  const wrong: [Partial<PlanInput>, RegExp][] = [
    [{ brokers: 2 }, /--brokers 2: the promise needs 3 brokers/],
    [{ stores: 20 }, /--stores 20: too few for 9 brokers.* plan 6 brokers/],
    [{ stores: 40, invoicesPerDay: 60_000_000 }, /1,500,000 invoices a store and day/],
    [{ brokers: 1_000, stores: 1_000_000 }, /10,000 partitions at the most/],
    [{ invoicesPerDay: 2_000_000_000 }, /MB\/s.*--brokers \d+ or more/],
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

test('the number of brokers that a refusal names is enough', () => {
  const much = { ...estate, invoicesPerDay: 2_000_000_000 }
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
