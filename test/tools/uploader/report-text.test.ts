import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportText, uploadReport } from '../../../src/tools/uploader/report-text.ts'
import { newTally, type Tally } from '../../../src/tools/uploader/tally.ts'
import type { FileReport } from '../../../src/tools/uploader/upload-file.ts'

const report = (
  file: string,
  end: FileReport['end'],
  tally: Partial<Tally>,
  total: FileReport['total'],
): FileReport => ({
  file,
  end,
  tally: { ...newTally(), ...tally },
  total,
})

const FINISHED = { kind: 'finished' } as const
const stored = report(
  'a',
  FINISHED,
  { sent: 2_500, stored: 2_000, resent: 500, unknown: 500 },
  { stored: 3_000, rejected: 0 },
)

test('a line a file, and the sums of this run', () => {
  const files = [
    stored,
    report('b', FINISHED, {}, { stored: 7, rejected: 1 }),
    report(
      'c',
      { kind: 'given-up', reason: 'answered 503' },
      { sent: 3, stored: 1, rejected: 2 },
      { stored: 1, rejected: 2 },
    ),
    report('d', { kind: 'interrupted' }, {}, { stored: 0, rejected: 0 }),
  ]
  assert.deepEqual(reportText(uploadReport(files, ['e'], 2)).split('\n'), [
    'a: 3,000 stored, 0 rejected',
    'b: nothing to send; 7 stored, 1 rejected (b.rejected.ndjson)',
    'c: given up: answered 503; 1 stored, 2 rejected (c.rejected.ndjson)',
    'd: interrupted; 0 stored, 0 rejected',
    'e: not started',
    '2,001 stored, 2 rejected; 2,503 sent, 500 of them again, 500 with an unknown outcome; 2.0 s, 1,001 invoices/s',
  ])
})

test('everything is stored only if every file is finished and none has a rejected line, of an earlier run either', () => {
  assert.equal(uploadReport([stored], [], 1).isAllStored, true)
  assert.equal(uploadReport([stored], ['e'], 1).isAllStored, false)
  const rejected = report('b', FINISHED, {}, { stored: 7, rejected: 1 })
  const interrupted = report('d', { kind: 'interrupted' }, {}, { stored: 1, rejected: 0 })
  for (const file of [rejected, interrupted]) assert.equal(uploadReport([stored, file], [], 1).isAllStored, false)
})
