import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { LogRecord } from '../../../src/kafka/read-topic.ts'
import { FINDING_KINDS } from '../../../src/tools/audit/finding.ts'
import { reportText } from '../../../src/tools/audit/report-text.ts'
import { type AuditRun, runAudit } from '../../../src/tools/audit/run-audit.ts'

/** A raw topic of one journal in one partition: numbers with contents, by rising offset. */
type Raw = readonly (readonly [number: number, content: string])[]

interface Topics {
  readonly raw: readonly LogRecord[]
  readonly unique: readonly LogRecord[]
  readonly conflicts: readonly LogRecord[]
}

function recordOf(offset: number, number: number, content: string): LogRecord {
  const headers = {
    ce_source: Buffer.from('/stores/S1/terminals/T1/journals/J1'),
    ce_id: Buffer.from(String(number)),
    'pos-received-at': Buffer.from('2026-03-01T08:00:00.000Z'),
  }
  return { partition: 0, offset, timestampMs: 0, key: Buffer.from('S1'), value: Buffer.from(content), headers }
}

/** The rule, written down as plainly as possible. */
function topicsOf(raw: Raw): Topics {
  const records = raw.map(([number, content], offset) => recordOf(offset, number, content))
  const firstOf = (record: LogRecord) => records.find(({ headers }) => equal(headers.ce_id, record.headers.ce_id))!
  const isConflict = (record: LogRecord) => !firstOf(record).value?.equals(record.value as Buffer)
  const copies = (wanted: LogRecord[], more: Record<string, Buffer> = {}) =>
    wanted.map((record, offset) => ({
      ...record,
      offset: 2 * offset, // transactions leave holes
      headers: { ...record.headers, 'pos-raw-offset': Buffer.from(String(record.offset)), ...more },
    }))
  return {
    raw: records,
    unique: copies(records.filter((record) => firstOf(record) === record)),
    conflicts: copies(records.filter(isConflict), { 'pos-conflict': Buffer.from('other-content') }),
  }
}

const equal = (a: unknown, b: unknown) => String(a) === String(b)

/** `from`: the first offset that is left of each topic. */
async function audit({ raw, unique, conflicts }: Topics, from = { raw: 0, unique: 0 }, more: Partial<AuditRun> = {}) {
  const rangeOf = (records: readonly LogRecord[], start: number) => {
    const end = (records.at(-1)?.offset ?? -1) + 1
    return [{ partition: 0, start, from: start, to: Math.max(start, end), end: Math.max(start, end) }]
  }
  const handOn = (records: readonly LogRecord[], start: number, onRecord: (record: LogRecord) => void) => {
    for (const record of records) if (record.offset >= start) onRecord(record)
    return rangeOf(records, start)
  }
  return await runAudit({
    ranges: rangeOf(raw, from.raw),
    read: async ({ onRecord }) => void handOn(raw, from.raw, onRecord),
    stage: {
      readUnique: async (onRecord) => handOn(unique, from.unique, onRecord),
      readConflicts: async (onRecord) => handOn(conflicts, 0, onRecord),
    },
    ...more,
  })
}

async function foundIn(...args: Parameters<typeof audit>) {
  const { totals } = await audit(...args)
  return Object.fromEntries(
    FINDING_KINDS.flatMap((kind) => (totals.found[kind] > 0 ? [[kind, totals.found[kind]]] : [])),
  )
}

const RESENT: Raw = [
  [1, 'a'],
  [2, 'b'],
  [1, 'a'],
  [3, 'c'],
  [2, 'other'],
  [4, 'd'],
  [5, 'e'],
]
const exact = topicsOf(RESENT)

/** The records with the one at `index` replaced by these. */
const spliced = (records: readonly LogRecord[], index: number, ...by: LogRecord[]) => records.toSpliced(index, 1, ...by)

test('a .unique with the first record of each identity holds the promise; what conflicts is told, and no breach', async () => {
  const report = await audit(exact)
  assert.equal(report.verdict, 'held')
  assert.deepEqual(report.brokenBy, [])
  assert.deepEqual([report.totals.unique, report.totals.conflictsTopic], [5, 1])
  assert.deepEqual(await foundIn(exact), { conflicts: 1, duplicates: 1 })
  const text = reportText(report)
  assert.match(text, /^\.unique: 5 records; \.conflicts: 1 record$/m)
  assert.match(text, /^The promise held, and \.unique has each invoice once\.$/m)
  assert.deepEqual((await audit(exact, undefined, { strict: true })).brokenBy, ['conflicts', 'duplicates'])
})

test('each fault in .unique is found', async () => {
  const { unique } = exact
  const [, second, third] = unique as [LogRecord, LogRecord, LogRecord]
  const told = { conflicts: 1, duplicates: 1 }
  const faults: [readonly LogRecord[], object][] = [
    [spliced(unique, 1), { uniqueMissing: 1 }],
    [spliced(unique, 1, second, second), { uniqueExtra: 1 }],
    [spliced(unique, 1, third, second).toSpliced(3, 1), { uniqueReordered: 1 }],
    [spliced(unique, 1, { ...second, value: Buffer.from('B') }), { uniqueAltered: 1 }],
    [spliced(unique, 1, { ...second, value: null }), { uniqueAltered: 1 }],
    [spliced(unique, 1, { ...second, key: Buffer.from('S2') }), { uniqueAltered: 1 }],
    [spliced(unique, 1, { ...second, headers: { ...second.headers, more: Buffer.from('x') } }), { uniqueAltered: 1 }],
    [[...unique, { ...second, headers: {}, offset: 99 }], { uniqueExtra: 1 }],
    [
      [...unique, { ...second, headers: { ...second.headers, 'pos-raw-offset': Buffer.from('2') } }],
      { uniqueExtra: 1 },
    ],
  ]
  for (const [records, found] of faults) {
    const topics = { ...exact, unique: records }
    assert.deepEqual(await foundIn(topics), { ...found, ...told })
    assert.deepEqual((await audit(topics)).brokenBy, Object.keys(found))
  }
})

test('each fault in .conflicts is found', async () => {
  const [conflict] = exact.conflicts as [LogRecord]
  const at = (rawOffset: number, reason: string) => {
    const headers = { 'pos-raw-offset': Buffer.from(String(rawOffset)), 'pos-conflict': Buffer.from(reason) }
    return { ...conflict, offset: 50 + rawOffset, headers: { ...conflict.headers, ...headers } }
  }
  const faults: [readonly LogRecord[], object][] = [
    [[], { conflictsMissing: 1 }],
    [[conflict, conflict], { conflictsExtra: 1 }],
    [[conflict, at(2, 'other-content')], { conflictsExtra: 1 }],
    [[conflict, at(3, 'uncompared')], { conflictsExtra: 1 }],
    [[at(4, 'too-many-gaps')], { conflictsExtra: 1 }],
    [[at(2, 'uncompared'), at(4, 'uncompared')], {}],
  ]
  for (const [records, found] of faults)
    assert.deepEqual(await foundIn({ ...exact, conflicts: records }), { ...found, conflicts: 1, duplicates: 1 })
})

test('a first record that is in .conflicts because its journal had too many gaps is not missing', async () => {
  const [, second] = exact.unique as [LogRecord, LogRecord]
  const refused = { ...second, headers: { ...second.headers, 'pos-conflict': Buffer.from('too-many-gaps') } }
  const topics = { ...exact, unique: spliced(exact.unique, 1), conflicts: [refused, ...exact.conflicts] }
  assert.deepEqual(await foundIn(topics), { conflicts: 1, duplicates: 1 })
})

test('what the stage has not reached leaves the verdict open', async () => {
  const behind = { ...exact, unique: exact.unique.slice(0, 2), conflicts: [] }
  const report = await audit(behind)
  assert.equal(report.verdict, 'incomplete')
  assert.equal(report.notJudged.waiting, 4, 'three first records and a conflict')
  assert.match(reportText(report), /^ {2}records that are not in \.unique yet: 4$/m)
})

test('what was written after the audit began is left alone', async () => {
  const early = { ...exact, raw: exact.raw.slice(0, 4) }
  assert.deepEqual(await foundIn(early), { duplicates: 1 })
  assert.equal((await audit(early)).verdict, 'held')
})

test('where retention has deleted records, the rest is judged', async () => {
  const cutUnique = await audit(exact, { raw: 0, unique: 4 })
  assert.equal(cutUnique.verdict, 'held')
  assert.equal(cutUnique.notJudged.uniqueDeleted, 2)

  // The first thing read is 3. So 2 may stand before, and is in `.conflicts` because of a record that is gone.
  const cutRaw = await audit(exact, { raw: 3, unique: 0 })
  assert.equal(cutRaw.verdict, 'held')
  const missing = { ...exact, unique: spliced(exact.unique, 3) }
  assert.deepEqual((await audit(missing, { raw: 3, unique: 0 })).brokenBy, ['uniqueMissing'])
})

test('whatever tills resend, the exact topics hold the promise, and without one record they do not', async () => {
  const raw = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom('a', 'a', 'b')), {
    minLength: 1,
    maxLength: 30,
  })
  await fc.assert(
    fc.asyncProperty(raw, fc.nat(), async (drawn, seed) => {
      const topics = topicsOf(drawn)
      const isStageSound = ({ brokenBy }: Awaited<ReturnType<typeof audit>>) =>
        brokenBy.every((kind) => !/^(unique|conflicts)[A-Z]/.test(kind))
      assert.ok(isStageSound(await audit(topics)))
      const dropped = seed % topics.unique.length
      const report = await audit({ ...topics, unique: spliced(topics.unique, dropped) })
      assert.ok(report.totals.found.uniqueMissing === 1 || report.notJudged.waiting > 0)
    }),
    { numRuns: 200 },
  )
})
