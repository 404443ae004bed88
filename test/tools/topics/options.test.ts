import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../../src/tools/terminal/input-errors.ts'
import { parseTopicsArguments } from '../../../src/tools/topics/options.ts'

const estate = ['--stores', '40000', '--invoices-per-day', '60000000', '--brokers', '9']

test('a plan needs three numbers; the others have defaults', () => {
  assert.deepEqual(parseTopicsArguments(['plan', ...estate]), {
    action: 'plan',
    json: false,
    input: {
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
    },
  })
})

test('plan and create with a plan count the topics of tillgate dedup in', () => {
  for (const action of ['plan', 'create']) {
    const given = parseTopicsArguments([action, ...estate, '--dedup'])
    assert.ok('input' in given ? given.input.dedup : 'wanted' in given && given.wanted.input?.dedup, action)
  }
})

test('create takes a plan or explicit numbers', () => {
  const { wanted } = parseTopicsArguments(['create', ...estate]) as { wanted: { input?: { stores: number } } }
  assert.equal(wanted.input?.stores, 40_000)
  assert.deepEqual(parseTopicsArguments(['create', '--partitions', '6', '--replication-factor', '1', '--json']), {
    action: 'create',
    dedup: false,
    json: true,
    wanted: { input: undefined, partitions: 6, replicationFactor: 1, retentionDays: 7 },
  })
})

test('grow changes nothing unless told to', () => {
  assert.deepEqual(parseTopicsArguments(['grow']), {
    action: 'grow',
    json: false,
    yes: false,
    atOnce: 5,
    deadlineMs: 43_200_000,
    throttleBytes: undefined,
    undoFile: undefined,
  })
})

test('what is wrong is refused and named', () => {
  const wrong: [string[], RegExp][] = [
    [[], /plan, create, check or grow/],
    [['destroy'], /destroy/],
    [['constructor'], /constructor/],
    [['plan'], /--stores/],
    [['plan', '--stores', '1', '--brokers', '3'], /--invoices-per-day/],
    [['plan', ...estate, '--brokers', '0'], /--brokers must be a whole number from 1 to 1,000/],
    [['plan', ...estate, '--stores', '4e4'], /--stores/],
    [['plan', ...estate, '--invoice-bytes', '-5'], /--invoice-bytes/],
    [['plan', ...estate, '--peak-factor', '0.5'], /--peak-factor must be a number from 1/],
    [['plan', '--partitions', '6'], /--partitions/],
    [['create', '--brokers', '9'], /--stores/],
    [['create', ...estate, '--partitions', '6'], /--partitions comes from the plan/],
    [['check', 'now'], /now/],
    [['check', '--retention-days', 'long'], /--retention-days/],
    [['grow', '--at-once', '0'], /--at-once/],
    [['grow', '--throttle', '10'], /--throttle must be a whole number from 10,000/],
  ]
  for (const [args, said] of wrong)
    assert.throws(
      () => parseTopicsArguments(args),
      (error: Error) => {
        assert.ok(error instanceof UsageError, args.join(' '))
        assert.match(error.message, said)
        return true
      },
    )
})
