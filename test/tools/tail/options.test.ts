import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTailArguments } from '../../../src/tools/tail/options.ts'
import { tailRanges } from '../../../src/tools/tail/tail-ranges.ts'
import { UsageError } from '../../../src/tools/terminal/input-errors.ts'

/** What the topic holds; `from` is where the wanted time begins. */
const HELD = [
  { partition: 0, start: 10, from: 15, to: 20, end: 20 },
  { partition: 1, start: 0, from: 5, to: 5, end: 5 },
]
const rangesOf = (...args: string[]) =>
  tailRanges(HELD, parseTailArguments(args)).map(({ partition, from, to }) => [partition, from, to])
const ENDLESS = Number.POSITIVE_INFINITY

test('it follows from the end, unless it is told where to begin and to end', () => {
  const cases: [string[], number[][]][] = [
    [
      [],
      [
        [0, 20, ENDLESS],
        [1, 5, ENDLESS],
      ],
    ],
    [
      ['--from=beginning'],
      [
        [0, 10, ENDLESS],
        [1, 0, ENDLESS],
      ],
    ],
    [
      ['--exit-at-end'],
      [
        [0, 10, 20],
        [1, 0, 5],
      ],
    ],
    [
      ['--exit-at-end', '--from=end'],
      [
        [0, 20, 20],
        [1, 5, 5],
      ],
    ],
    [
      ['--from-time=2026-03-01T06:00:00Z', '--exit-at-end'],
      [
        [0, 15, 20],
        [1, 5, 5],
      ],
    ],
    [['--partition=1', '--from=beginning'], [[1, 0, ENDLESS]]],
    [['--partition=0', '--offset=12'], [[0, 12, ENDLESS]]],
    [['--partition=0', '--offset=20'], [[0, 20, ENDLESS]]],
    [['--partition=0', '--offset=3'], [[0, 10, ENDLESS]]],
  ]
  for (const [args, expected] of cases) assert.deepEqual(rangesOf(...args), expected, args.join(' '))
})

test('key, limit and form are as given', () => {
  const { key, limit, format } = parseTailArguments(['--key', 'S1', '--limit', '3', '--lines'])
  assert.deepEqual([key, limit, format], ['S1', 3, 'lines'])
  assert.deepEqual([parseTailArguments([]).format, parseTailArguments([]).limit], ['text', ENDLESS])
})

test('what is wrong is refused and named', () => {
  const wrong: [string[], RegExp][] = [
    [['now'], /now/],
    [['--from', 'middle'], /--from/],
    [['--from-time', 'yesterday'], /--from-time/],
    [['--from', 'end', '--from-time', '2026-03-01T06:00:00Z'], /--from and --from-time/],
    [['--offset', '1'], /--offset needs --partition/],
    [['--partition', 'all'], /--partition/],
    [['--partition', '2'], /^--partition: the topic has no partition 2, only 0 to 1$/],
    [['--partition', '1', '--offset', '6'], /no offset above 5 yet; its next record gets 5/],
    [['--limit', '0'], /--limit/],
    [['--json', '--raw'], /--json and --raw/],
  ]
  for (const [args, said] of wrong)
    assert.throws(
      () => rangesOf(...args),
      (error: Error) => error instanceof UsageError && said.test(error.message),
      args.join(' '),
    )
})
