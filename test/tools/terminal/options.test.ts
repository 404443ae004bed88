import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { number, oneOf, text, time, wholeNumber } from '../../../src/tools/terminal/forms.ts'
import { UsageError } from '../../../src/tools/terminal/input-errors.ts'
import { type Options, parseOptions, parseOptionsAndFiles } from '../../../src/tools/terminal/options.ts'

const OPTIONS = {
  file: { value: 'FILE', form: text('the name of a file'), help: 'a file' },
  limit: { value: 'N', form: wholeNumber(1, 1_000_000), help: 'at most', preset: 10 },
  rate: { value: 'R', form: number(0.001, 1_000), help: 'rate' },
  since: { value: 'TIME', form: time, help: 'since' },
  order: { value: 'up|down', form: oneOf('up', 'down'), help: 'order' },
  json: { help: 'as JSON' },
} as const satisfies Options

const ESTATE = {
  stores: { value: 'N', form: wholeNumber(1, 9), isRequired: true, help: 'stores' },
  brokers: { value: 'N', form: wholeNumber(1, 9), isRequired: true, help: 'brokers' },
} as const satisfies Options

function refusal(args: readonly string[], options: Options = OPTIONS): string {
  try {
    parseOptions(args, options)
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error))
    return error.message
  }
  return assert.fail(`taken: ${args.join(' ')}`)
}

suite('what is right', () => {
  test('values have their types; what is not given has its default or is undefined', () => {
    assert.deepEqual(parseOptions([], OPTIONS), {
      file: undefined,
      limit: 10,
      rate: undefined,
      since: undefined,
      order: undefined,
      json: false,
    })
    const args = ['--limit', '7', '--rate=0.5', '--since', '2026-03-01t06:00:00.5+01:00', '--order', 'up', '--json']
    const { limit, rate, since, order, json } = parseOptions(args, OPTIONS)
    assert.deepEqual([limit, rate, order, json], [7, 0.5, 'up', true])
    assert.equal(since, Date.UTC(2026, 2, 1, 5, 0, 0, 500))
  })

  test('files may stand anywhere; behind -- everything is a file; a dash alone is one, too', () => {
    const { values, files } = parseOptionsAndFiles(['a', '--json', '-', '--limit', '3', 'b', '--', '--json'], OPTIONS)
    assert.deepEqual(files, ['a', '-', 'b', '--json'])
    assert.equal(values.limit, 3)
  })

  test('the last of several counts, and a value may begin with a dash', () => {
    assert.equal(parseOptions(['--limit', '3', '--limit', '4'], OPTIONS).limit, 4)
    assert.equal(parseOptions(['--file', '-x'], OPTIONS).file, '-x')
    assert.equal(parseOptions(['--file=--json'], OPTIONS).file, '--json')
  })
})

suite('what is wrong is named, with what is right', () => {
  test('numbers and their range, exactly', () => {
    for (const typed of ['0', '-5', '1000001', '1e3', '1,000', 'many', ''])
      assert.equal(
        refusal(['--limit', typed]),
        `--limit must be a whole number from 1 to 1,000,000, not ${typed || 'empty'}`,
      )
    for (const typed of ['0', '1000.5', '0.0000001', '.5'])
      assert.equal(refusal([`--rate=${typed}`]), `--rate must be a number from 0.001 to 1,000, not ${typed}`)
  })

  test('words, times and texts', () => {
    assert.equal(refusal(['--order', 'sideways']), '--order must be up or down, not sideways')
    for (const typed of ['yesterday', '2026-03-01', '2026-02-30T00:00:00Z', '2026-03-01T25:00:00Z'])
      assert.match(refusal(['--since', typed]), /^--since must be a date and time with its offset \(RFC 3339, e\.g\. /)
    assert.equal(refusal(['--file', '']), '--file must be the name of a file, not empty')
  })

  test('a value that is missing, or given to a switch', () => {
    assert.equal(refusal(['--limit']), '--limit needs a value: a whole number from 1 to 1,000,000')
    assert.equal(refusal(['--file', '--json']), '--file needs a value: the name of a file')
    assert.equal(refusal(['--json=yes']), '--json takes no value: give it alone')
  })

  test('unknown options, with the nearest that there is, and other arguments', () => {
    assert.equal(refusal(['--limt', '3']), 'unknown option --limt; did you mean --limit?')
    assert.equal(refusal(['-n', '3']), 'unknown option -n')
    assert.equal(refusal(['--toString']), 'unknown option --toString')
    assert.equal(refusal(['now']), 'unexpected argument: now')
  })

  test('all that is required and missing, at once', () => {
    assert.equal(refusal([], ESTATE), '--stores and --brokers are required')
    assert.equal(refusal(['--stores', '3'], ESTATE), '--brokers is required: a whole number from 1 to 9')
  })

  test('nothing that was typed can control the terminal', () => {
    for (const args of [['--limit', '\x1b[2J'], ['\x1b[2J'], ['--\x1b[2J']]) assert.ok(!refusal(args).includes('\x1b'))
  })
})
