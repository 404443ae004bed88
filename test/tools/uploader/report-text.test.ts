import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileReport } from '../../../src/tools/uploader/file-report.ts'
import { reportText, unusableReport, uploadReport } from '../../../src/tools/uploader/report-text.ts'
import { newTally, type Tally } from '../../../src/tools/uploader/tally.ts'

const FINISHED = { kind: 'finished' } as const

const report = (
  file: string,
  end: FileReport['end'],
  tally: Partial<Tally>,
  total: FileReport['total'],
  given: Partial<FileReport> = {},
): FileReport => ({
  file,
  end,
  tally: { ...newTally(), ...tally },
  total,
  nextLine: 1,
  quarantined: total.rejected,
  ...given,
})

const stored = report(
  'a',
  FINISHED,
  { sent: 2_500, stored: 2_000, resent: 500, unknown: 500 },
  { stored: 3_000, rejected: 0, skipped: 0 },
)
test('first what needs somebody, then what was not started, then the others, and the sums of this run', () => {
  const givenUp = { kind: 'given-up', reason: 'answered 503' } as const
  const files = [
    stored,
    report('b', FINISHED, {}, { stored: 7, rejected: 1, skipped: 0 }),
    report('c', givenUp, { sent: 3, stored: 1, rejected: 2 }, { stored: 1, rejected: 2, skipped: 0 }),
    report('d', { kind: 'interrupted' }, {}, { stored: 0, rejected: 0, skipped: 0 }),
    unusableReport('e', 'e: there is no such file'),
    report('f', FINISHED, {}, { stored: 9, rejected: 0, skipped: 0 }),
  ]
  assert.deepEqual(reportText(uploadReport(files, ['g'], 2)).split('\n'), [
    'b: nothing left to send; 7 stored, 1 rejected; 1 is in b.rejected.ndjson: deal with it, then remove that file',
    'c: given up: answered 503; 1 stored, 2 rejected; 2 are in c.rejected.ndjson: deal with them, then remove that file',
    'd: interrupted; 0 stored, 0 rejected',
    'e: there is no such file',
    'g: not started',
    'a: 3,000 stored, 0 rejected',
    'f: nothing left to send; 9 stored, 0 rejected',
    '2,001 stored and 2 rejected in 2.0 s, 1,001 invoices/s',
    '2,503 sent, 500 of them again, 500 with an unknown outcome',
  ])
})

test('a file without invoices is told as one', () => {
  const empty = report('empty', FINISHED, {}, { stored: 0, rejected: 0, skipped: 0 })
  assert.equal(reportText(uploadReport([empty], [], 1)), 'empty: it has no invoices\nnothing was sent')
})

test('what was skipped because it is in Kafka is told, and so is what had to be sent without knowing that', () => {
  const total = { stored: 3, rejected: 0, skipped: 1_997 }
  const resumed = report('a', FINISHED, { sent: 3, stored: 3, skipped: 1_997, unproven: 2 }, total)
  assert.deepEqual(reportText(uploadReport([resumed], [], 1)).split('\n'), [
    'a: 3 stored, 0 rejected, 1,997 skipped',
    '1,997 skipped: their numbers are in Kafka',
    '2 of journals that the gateway does not keep: they had to be sent',
    '3 stored and 0 rejected in 1.0 s, 3 invoices/s',
    '3 sent, 0 of them again, 0 with an unknown outcome',
  ])
  const all = report('a', FINISHED, { skipped: 5 }, { stored: 0, rejected: 0, skipped: 5 })
  assert.deepEqual(reportText(uploadReport([all], [], 1)).split('\n'), [
    'a: nothing left to send; 0 stored, 0 rejected, 5 skipped',
    '5 skipped: their numbers are in Kafka',
    'nothing was sent',
  ])
  const many = reportText(uploadReport(Array(11).fill(resumed), [], 1)).split('\n')
  assert.equal(many[0], '11 files finished; 33 stored, 21,967 skipped')
  assert.equal(uploadReport([all], [], 1).isDone, true)
})

test('of thousands of files, each one that failed is named, up to twenty, and the others are counted', () => {
  const good = Array.from({ length: 3_000 }, (_, i) =>
    report(`good-${i}`, FINISHED, i < 10 ? { stored: 2 } : {}, { stored: 2, rejected: 0, skipped: 0 }),
  )
  const bad = Array.from({ length: 25 }, (_, i) => unusableReport(`bad-${i}`, `bad-${i}: there is no such file`))
  const open = Array.from({ length: 500 }, (_, i) => `open-${i}`)
  const lines = reportText(uploadReport([...good, ...bad], open, 2)).split('\n')
  assert.deepEqual(lines.slice(0, 2), ['bad-0: there is no such file', 'bad-1: there is no such file'])
  assert.deepEqual(lines.slice(20), [
    'and 5 more like these: --json has all',
    '500 files not started, from open-0 on',
    '3,000 files finished, 2,990 had nothing left to send; 6,000 stored',
    '20 stored and 0 rejected in 2.0 s, 10 invoices/s',
    '0 sent, 0 of them again, 0 with an unknown outcome',
  ])
  const countText = (some: readonly FileReport[]) => reportText(uploadReport(some, [], 1)).split('\n')[0]
  assert.equal(countText(good.slice(10)), '2,990 files: nothing left to send; 5,980 stored')
  assert.equal(countText(Array(11).fill(stored)), '11 files finished; 33,000 stored')
})

test('standard input that was not sent to its end says from which line on it has to be sent again', () => {
  const total = { stored: 41, rejected: 0, skipped: 0 }
  const cut = report('-', { kind: 'interrupted' }, { stored: 41 }, total, { nextLine: 1_042 })
  const [line] = reportText(uploadReport([cut], [], 1)).split('\n')
  assert.equal(line, 'standard input: interrupted; 41 stored, 0 rejected; send it again from line 1,042 on')
})

test('it is done when every file is finished and nothing that was rejected is left to deal with', () => {
  assert.equal(uploadReport([stored], [], 1).isDone, true)
  assert.equal(uploadReport([stored], ['e'], 1).isDone, false)
  const rejected = report('b', FINISHED, {}, { stored: 7, rejected: 1, skipped: 0 })
  const interrupted = report('d', { kind: 'interrupted' }, {}, { stored: 1, rejected: 0, skipped: 0 })
  for (const file of [rejected, interrupted]) assert.equal(uploadReport([stored, file], [], 1).isDone, false)

  const dealtWith = uploadReport([{ ...rejected, quarantined: 0 }], [], 1)
  assert.equal(dealtWith.isDone, true)
  assert.match(reportText(dealtWith), /^b: nothing left to send; 7 stored, 1 rejected \(file removed\)\n/)
})
