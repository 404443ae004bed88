import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAuditArguments } from '../../../src/tools/audit/options.ts'
import { UsageError } from '../../../src/tools/terminal/input-errors.ts'

test('without arguments everything is read and nothing is extra', () => {
  assert.deepEqual(parseAuditArguments([]), {
    fromMs: undefined,
    toMs: undefined,
    partitions: undefined,
    answers: undefined,
    isWanted: undefined,
    namedOnly: false,
    unique: 'ifThere',
    verify: false,
    strict: false,
    all: false,
    json: false,
    html: undefined,
  })
})

test('.unique is judged if it is there, unless only some invoices are', () => {
  const uniqueOf = (...args: string[]) => parseAuditArguments(args).unique
  assert.equal(uniqueOf('--unique'), 'required')
  assert.equal(uniqueOf('--raw-only'), 'no')
  assert.equal(uniqueOf('--stores', 'S1'), 'no')
  assert.equal(uniqueOf('--answers', 'a', '--named-only'), 'no')
  assert.equal(uniqueOf('--answers', 'a', '--partitions', '1'), 'ifThere')
})

test('times are RFC 3339, partitions numbers and ranges', () => {
  const args = [
    '--from-time',
    '2026-03-01T06:00:00+01:00',
    '--to-time=2026-03-01t05:00:00.5z',
    '--partitions',
    '8-10,3,9',
  ]
  const { fromMs, toMs, partitions } = parseAuditArguments(args)
  assert.equal(fromMs, Date.UTC(2026, 2, 1, 5))
  assert.equal(toMs, Date.UTC(2026, 2, 1, 5, 0, 0, 500))
  assert.deepEqual(partitions, [3, 8, 9, 10])
})

test('stores and journals are lists; a journal has to be in each list that is given', () => {
  const journal = (text: string) => {
    const [storeId, terminalId, journalId] = text.split('/') as [string, string, string]
    return { storeId, terminalId, journalId }
  }
  const wanted = (args: string[]) =>
    ['S1/T1/J1', 'S1/T2/J1', 'S2/T1/J1'].filter((text) => parseAuditArguments(args).isWanted?.(journal(text)))
  assert.deepEqual(wanted(['--stores', 'S1,S3']), ['S1/T1/J1', 'S1/T2/J1'])
  assert.deepEqual(wanted(['--journals', 'S1/T2/J1,S2/T1/J1']), ['S1/T2/J1', 'S2/T1/J1'])
  assert.deepEqual(wanted(['--stores=S1', '--journals=S1/T2/J1,S2/T1/J1']), ['S1/T2/J1'])
})

test('what is wrong is refused and named', () => {
  const wrong: [string[], RegExp][] = [
    [['now'], /now/],
    [['--unique', '--raw-only'], /--unique and --raw-only contradict each other/],
    [['--unique', '--stores', 'S1'], /--unique judges all invoices: leave out --stores/],
    [['--fast'], /--fast/],
    [['--answers'], /--answers/],
    [['--from-time', 'yesterday'], /--from-time/],
    [['--from-time', '2026-03-01'], /--from-time/],
    [['--from-time', '2026-03-01T06:00:00'], /--from-time/],
    [['--to-time', '2026-13-01T06:00:00Z'], /--to-time/],
    [['--from-time', '2026-03-01T06:00:00Z', '--to-time', '2026-03-01T06:00:00Z'], /--to-time/],
    [['--partitions', ''], /--partitions/],
    [['--partitions', '1,'], /--partitions/],
    [['--partitions', '3-1'], /--partitions/],
    [['--partitions', '0-99999'], /--partitions/],
    [['--partitions', '-1'], /--partitions/],
    [['--stores', 'S1,'], /--stores/],
    [['--journals', 'S1/T1'], /--journals/],
    [['--named-only'], /--answers/],
  ]
  for (const [args, said] of wrong)
    assert.throws(
      () => parseAuditArguments(args),
      (error: Error) => {
        assert.ok(error instanceof UsageError)
        assert.match(error.message, said)
        return true
      },
    )
})
