import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import type { LogRecord } from '../../../src/kafka/read-topic.ts'
import type { AnswerLine } from '../../../src/tools/audit/answers.ts'
import { Audit } from '../../../src/tools/audit/audit.ts'
import { breakingKinds } from '../../../src/tools/audit/finding.ts'
import { reportOf, withFindingsOnly } from '../../../src/tools/audit/report.ts'
import { reportText } from '../../../src/tools/audit/report-text.ts'
import { type AuditPass, runAudit } from '../../../src/tools/audit/run-audit.ts'

const RANGES = [{ partition: 0, start: 0, from: 0, to: 1_000, end: 1_000 }]

function recordsOf(terminalId: string, numbers: readonly number[], firstOffset = 0): LogRecord[] {
  return numbers.map((number, index) => ({
    partition: 0,
    offset: firstOffset + index,
    timestampMs: 0,
    key: Buffer.from('S1'),
    value: Buffer.from(`${terminalId} ${number}`),
    headers: { ce_source: `/stores/S1/terminals/${terminalId}/journals/J1`, ce_id: String(number) },
  }))
}

function answersOf(terminalId: string, numbers: readonly number[]): AnswerLine[] {
  return numbers.map((sequenceNumber) => ({
    storeId: 'S1',
    terminalId,
    journalId: 'J1',
    sequenceNumber,
    outcome: 'acknowledged',
    status: 201,
    sha256: hash('sha256', `${terminalId} ${sequenceNumber}`),
  }))
}

function audit(records: LogRecord[], options: { answers?: AnswerLine[]; strict?: boolean } = {}) {
  const { answers, strict = false } = options
  const text = answers?.map((line) => `${JSON.stringify(line)}\n`)
  return runAudit({
    ranges: RANGES,
    strict,
    read: async ({ onRecord }) => records.forEach(onRecord),
    openAnswers: text && (() => asynchronous(text)),
  })
}

async function* asynchronous<T>(values: Iterable<T>) {
  yield* values
}

test('a log without findings holds the promise in one pass', async () => {
  const report = await audit(recordsOf('T1', [1, 2, 3]), { answers: answersOf('T1', [1, 2, 3]) })
  assert.equal(report.held, true)
  assert.equal(report.passes, 1)
  assert.equal(
    reportText(withFindingsOnly(report)),
    '3 records, 3 invoices, 3 acknowledged; 1 journal of 1 store\n\nThe promise held.',
  )
})

test('the text has the journals with findings, the first findings of each kind, totals and the verdict', async () => {
  const records = [...recordsOf('T1', [1, 2, 3]), ...recordsOf('T2', [1, 3, 2, 2, 30], 3), ...recordsOf('T3', [7], 8)]
  const report = await audit([...records, { ...(records[0] as LogRecord), offset: 9, headers: {} }])
  assert.equal(report.held, false)
  assert.equal(report.passes, 2)
  assert.equal(
    reportText(withFindingsOnly(report)),
    `store  terminal  journal  records  invoices  out of order  missing numbers  duplicates
S1     T2        J1             5         4             1               26           1

out of order: 1
  S1/T2/J1/2  partition 0 offset 5

missing numbers: 26
  S1/T2/J1/4..29

duplicates: 1
  S1/T2/J1/2  partition 0 offset 6

foreign: 1
  partition 0 offset 9

10 records, 8 invoices; 3 journals of 1 store

The promise is broken: 1 out of order, 26 missing numbers.`,
  )
  assert.match(reportText(report), /T1.*\n.*T2.*\n.*T3/, 'every journal, unless told otherwise')
})

test('many findings are cut short, and say how many more there are', async () => {
  const text = reportText(await audit(recordsOf('T1', Array(40).fill(1))))
  assert.match(text, /duplicates: 39\n( {2}S1.*\n){10} {2}and 29 more/)
})

test('duplicates and foreign records break the promise only when it is strict', async () => {
  const records = recordsOf('T1', [1, 1])
  assert.equal((await audit(records)).held, true)
  const report = await audit(records, { strict: true })
  assert.deepEqual(report.brokenBy, ['duplicates'])
})

test('missing numbers break the promise, unless answers say that they were never promised', async () => {
  const records = recordsOf('T1', [1, 3])
  assert.deepEqual((await audit(records)).brokenBy, ['gaps'])
  assert.deepEqual((await audit(records, { answers: answersOf('T1', [1, 3]) })).brokenBy, [])
  assert.deepEqual((await audit(records, { answers: answersOf('T1', [1, 2, 3]) })).brokenBy, ['lost'])
})

test('everything else breaks the promise, always', () => {
  for (const hasAnswers of [false, true]) {
    const kinds = breakingKinds({ hasUnique: false, hasAnswers, strict: false })
    for (const kind of ['lost', 'altered', 'conflicts', 'reordered', 'scattered', 'mismatched'] as const)
      assert.ok(kinds.includes(kind))
  }
})

test('answers for a log that is empty are all lost', async () => {
  const report = await audit([], { answers: answersOf('T1', [1, 2, 3]) })
  assert.equal(report.totals.found.lost, 3)
  assert.deepEqual(report.findings.lost, [
    { storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 1, through: 3 },
  ])
})

/** A log of 100 records of one till, which is deleted below an offset when a pass comes to another one. */
function shrinkingLog(deletions: readonly { pass: number; at: number; below: number }[]) {
  const all = [
    ...recordsOf(
      'T1',
      Array.from({ length: 98 }, (_, i) => i + 1),
    ),
    ...recordsOf('T1', [3, 98], 98),
  ]
  let start = 0
  let passes = 0
  const read = async ({ ranges: [range], onRecord, onDeleted }: AuditPass) => {
    const pass = ++passes
    let next = range?.from ?? 0
    while (next < (range?.to ?? 0) && next < all.length) {
      for (const { pass: ofPass, at, below } of deletions)
        if (ofPass === pass && at === next) start = Math.max(start, below)
      if (next < start) {
        next = start
        onDeleted(new Map([[0, start]]))
      } else onRecord(all[next++] as LogRecord)
    }
  }
  return { read, ranges: [{ partition: 0, start: 0, from: 0, to: 100, end: 100 }] }
}

/** Every receipt as it was given: 3 and 98 were sent again. */
const RECEIPTS = [...Array.from({ length: 98 }, (_, i) => i + 1), 3, 98].map((sequenceNumber, offset) => ({
  ...(answersOf('T1', [sequenceNumber])[0] as AnswerLine),
  ...{ partition: 0, offset: String(offset) },
}))

const openReceipts = () => asynchronous(RECEIPTS.map((line) => `${JSON.stringify(line)}\n`))

test('records that are deleted before they were read are not judged, and nothing else is taken for lost or missing', async () => {
  for (const openAnswers of [undefined, openReceipts]) {
    const report = await runAudit({ ...shrinkingLog([{ pass: 1, at: 20, below: 50 }]), openAnswers })
    assert.deepEqual(report.brokenBy, [])
    assert.equal(report.verdict, 'incomplete')
    assert.equal(report.held, false)
    assert.deepEqual(report.notJudged.deleted, [{ partition: 0, from: 0, to: 50 }])
    assert.equal(report.notJudged.belowStart, openAnswers ? 50 : 0)
    assert.equal(report.notJudged.older, 1, 'the second copy of 3, whose first is gone')
    assert.equal(report.totals.records, 50)
    const text = reportText(report)
    assert.match(text, /^ {2}partition 0, offsets 0\.\.49: deleted while it was read$/m)
    if (openAnswers) assert.match(text, /^ {2}receipts of offsets below the start of the log: 50$/m)
    assert.match(text, /The promise held as far as it could be judged/)
  }
})

test('what was read before it was deleted is judged; only what was to be compared is not', async () => {
  const report = await runAudit(shrinkingLog([{ pass: 2, at: 0, below: 50 }]))
  assert.equal(report.verdict, 'incomplete')
  assert.deepEqual(report.notJudged.deleted, [])
  assert.equal(report.notJudged.uncompared, 1)
  assert.equal(report.totals.records, 100)
  assert.deepEqual(report.findings.duplicates, [
    { storeId: 'S1', terminalId: 'T1', journalId: 'J1', sequenceNumber: 98, partition: 0, offset: 99 },
  ])
  assert.match(reportText(report), /^ {2}repeated records that were deleted before they could be compared: 1$/m)
})

test('records that are deleted behind the reader change nothing', async () => {
  const report = await runAudit(shrinkingLog([{ pass: 2, at: 99, below: 98 }]))
  assert.equal(report.verdict, 'held')
  assert.equal(report.totals.found.duplicates, 2)
})

test('what is broken is broken, whatever was deleted', async () => {
  const { read, ranges } = shrinkingLog([{ pass: 1, at: 20, below: 50 }])
  const late = { ...(answersOf('T1', [99])[0] as AnswerLine), partition: 0, offset: '100' }
  const openAnswers = () => asynchronous([...RECEIPTS, late].map((line) => `${JSON.stringify(line)}\n`))
  const report = await runAudit({ read, ranges, openAnswers })
  assert.equal(report.verdict, 'broken')
  assert.deepEqual(report.brokenBy, ['lost'])
  assert.equal(report.totals.found.lost, 1)
})

test('an audit that is overtaken again and again fails and says so', async () => {
  const deletions = Array.from({ length: 9 }, (_, i) => ({ pass: i + 1, at: i * 2, below: i * 2 + 2 }))
  await assert.rejects(runAudit(shrinkingLog(deletions)), /deleted faster than they can be read/)
})

test('what could not be checked leaves the verdict open', () => {
  const records = recordsOf('T1', [1, 2])
  const answers = answersOf('T1', [1, 2]).map(({ sha256, ...name }) => ({
    ...name,
    place: undefined,
    sha256: Buffer.from(sha256 as string, 'hex'),
    isOtherContent: false,
  }))
  const judge = (isDeleted: boolean) => {
    const audit = new Audit({ ranges: RANGES, hasAnswers: true, claimsPerPass: 1 })
    let left = records
    do {
      for (const answer of answers) if (audit.wantsAnswers) audit.answer(answer)
      for (const record of left) audit.record(record)
      if (isDeleted) left = []
    } while (audit.endPass())
    const { verdict, notJudged } = reportOf(
      audit,
      { ranges: RANGES, hasAnswers: true, hasUnique: false, strict: false },
      [],
    )
    return [verdict, notJudged.unchecked]
  }
  assert.deepEqual(judge(false), ['held', 0])
  assert.deepEqual(judge(true), ['incomplete', 2])
})

test('an acknowledged invoice that may have stood before what is read is neither lost nor counted as judged', async () => {
  const report = await runAudit({
    ranges: [{ partition: 0, start: 5, from: 5, to: 7, end: 7 }],
    read: async ({ onRecord }) => recordsOf('T1', [2, 3], 5).forEach(onRecord),
    openAnswers: () => asynchronous(answersOf('T1', [1, 2, 3, 4]).map((line) => `${JSON.stringify(line)}\n`)),
  })
  assert.deepEqual([report.totals.acknowledged, report.notJudged.unplaced, report.totals.found.lost], [3, 1, 1])
  assert.equal(report.findings.lost[0]?.sequenceNumber, 4)
})

test('no invoice and no receipt is no promise that held', async () => {
  const foreign = recordsOf('T1', [1]).map((record) => ({ ...record, headers: {} }))
  const tombstone = recordsOf('T1', [1]).map((record) => ({ ...record, value: null }))
  const rejected = answersOf('T1', [1]).map((line) => ({ ...line, outcome: 'rejected' as const }))
  const nothing: [LogRecord[], AnswerLine[] | undefined][] = [
    [[], undefined],
    [[], []],
    [[], rejected],
    [foreign, undefined],
    [tombstone, undefined],
  ]
  for (const [records, answers] of nothing) {
    const report = await audit(records, answers && { answers })
    assert.equal(report.verdict, 'nothing')
    assert.equal(report.held, false)
    assert.match(reportText(report), /Nothing was audited/)
  }
})
