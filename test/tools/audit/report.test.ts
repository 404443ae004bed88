import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import type { LogRecord } from '../../../src/kafka/read-topic.ts'
import type { AnswerLine } from '../../../src/tools/audit/answers.ts'
import { breakingKinds } from '../../../src/tools/audit/finding.ts'
import { withFindingsOnly } from '../../../src/tools/audit/report.ts'
import { reportText } from '../../../src/tools/audit/report-text.ts'
import { runAudit } from '../../../src/tools/audit/run-audit.ts'

const RANGES = [{ partition: 0, from: 0, to: 1_000, end: 1_000 }]

function recordsOf(terminalId: string, numbers: readonly number[], firstOffset = 0): LogRecord[] {
  return numbers.map((number, index) => ({
    partition: 0,
    offset: firstOffset + index,
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
    read: async (onRecord) => records.forEach(onRecord),
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
    '3 records, 3 invoices, 3 acknowledged; 1 journals of 1 stores\n\nThe promise held.',
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

10 records, 8 invoices; 3 journals of 1 stores

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
    const kinds = breakingKinds({ hasAnswers, strict: false })
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

test('records that vanish before they are compared fail the audit', async () => {
  let records = recordsOf('T1', [1, 1])
  const run = runAudit({
    ranges: RANGES,
    read: async (onRecord) => {
      records.forEach(onRecord)
      records = []
    },
  })
  await assert.rejects(run, /deleted before they could be compared/)
})
