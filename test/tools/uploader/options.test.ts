import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../../src/tools/terminal/input-errors.ts'
import { parseUploadArguments } from '../../../src/tools/uploader/options.ts'

test('a file is enough', () => {
  assert.deepEqual(parseUploadArguments(['a.ndjson']), {
    files: ['a.ndjson'],
    url: new URL('http://127.0.0.1:8080/'),
    tokenFile: undefined,
    tls: {},
    coding: 'gzip',
    maxInvoices: 1_000,
    parallel: 1,
    giveUpAfterMs: undefined,
    answers: undefined,
    again: false,
    resume: false,
    keepGoing: false,
    dryRun: false,
    json: false,
  })
})

test('everything can be chosen', () => {
  const args = ['--url', 'https://gate/shop', '--zstd', '--invoices=50', '--parallel', '3', '--give-up-after', '60']
  const given = parseUploadArguments([
    ...args,
    '--answers',
    'x',
    '--again',
    '--json',
    '--keep-going',
    '--dry-run',
    'a',
    '-',
  ])
  assert.equal(given.url.href, 'https://gate/shop/')
  assert.deepEqual([given.coding, given.maxInvoices, given.parallel, given.giveUpAfterMs], ['zstd', 50, 3, 60_000])
  assert.deepEqual([given.files, given.answers, given.again, given.json], [['a', '-'], 'x', true, true])
  assert.deepEqual([given.keepGoing, given.dryRun], [true, true])
  assert.equal(parseUploadArguments(['--no-compression', 'a']).coding, 'identity')
  assert.equal(parseUploadArguments(['--resume', '--again', 'a']).resume, true)
})

test('what is wrong is refused and named', () => {
  const wrong: [string[], RegExp][] = [
    [[], /which files/],
    [['a', '--fast'], /--fast/],
    [['a', '--answers'], /--answers/],
    [['a', '--gzip', '--zstd'], /--gzip/],
    [['a', '--url', 'gate:8080'], /--url/],
    [['a', '--url', 'http://me:hunter2@gate'], /--url must not/],
    [['a', '--url', 'http://gate/?x=1'], /--url/],
    [['a', '--invoices', '0'], /--invoices/],
    [['a', '--invoices', '1e3'], /--invoices/],
    [['a', '--parallel', '65'], /--parallel/],
    [['a', '--give-up-after', '-1'], /--give-up-after/],
    [['a', '--resume', '--dry-run'], /--dry-run asks no gateway/],
  ]
  for (const [args, said] of wrong) {
    assert.throws(
      () => parseUploadArguments(args),
      (error: Error) => error instanceof UsageError && said.test(error.message) && !/hunter2/.test(error.message),
      args.join(' '),
    )
  }
})
