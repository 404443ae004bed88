import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { LogRecord } from '../../../src/kafka/read-topic.ts'
import type { Answer } from '../../../src/tools/audit/answers.ts'
import { Audit } from '../../../src/tools/audit/audit.ts'
import type { AuditOptions } from '../../../src/tools/audit/audit-options.ts'
import { FINDING_KINDS } from '../../../src/tools/audit/finding.ts'
import { journalNameOf } from '../../../src/tools/audit/record-identity.ts'
import { collectGarbage } from '../../harness/collect-garbage.ts'
import { naiveAudit, type PlainAnswer, type PlainRecord } from './naive-audit.ts'

const EVERYTHING = [0, 1, 2].map((partition) => ({ partition, start: 0, from: 0, to: 1_000_000, end: 1_000_000 }))
const JOURNALS = ['S0/T0/J', 'S0/T1/J', 'S1/T0/J', 'S1/T0/K'] as const

/** The plainest history. */
const ONE = { journal: 'S0/T0/J', number: 1, content: 'a', partition: 0, place: undefined }

const sourceOf = (journal: string) => {
  const [store, terminal, name] = journal.split('/')
  return `/stores/${store}/terminals/${terminal}/journals/${name}`
}

function toLogRecord({ journal, number, content, partition, offset }: PlainRecord): LogRecord {
  const key = Buffer.from(journal.split('/')[0] as string)
  const headers = { ce_source: Buffer.from(sourceOf(journal)), ce_id: Buffer.from(String(number)) }
  return { partition, offset, timestampMs: 0, key, value: Buffer.from(content), headers }
}

function toAnswer({ journal, number, outcome, place, content, isOtherContent = false }: PlainAnswer): Answer {
  const sha256 = content === undefined ? undefined : hash('sha256', Buffer.from(content), 'buffer')
  return { ...journalNameOf(sourceOf(journal)), sequenceNumber: number, outcome, place, sha256, isOtherContent }
}

function auditAll(
  records: readonly LogRecord[],
  answers: readonly Answer[] | undefined,
  options: Partial<AuditOptions> = {},
): Audit {
  const audit = new Audit({ ranges: EVERYTHING, hasAnswers: answers !== undefined, ...options })
  do {
    if (audit.wantsAnswers) for (const answer of answers ?? []) audit.answer(answer)
    for (const record of records) audit.record(record)
  } while (audit.endPass())
  assert.deepEqual([audit.notJudged.uncompared, audit.notJudged.unchecked], [0, 0])
  return audit
}

/** The findings as lines, ranges spelled out. */
function linesOf({ findings }: Audit): string[] {
  const lines = FINDING_KINDS.flatMap((kind) =>
    findings.kept[kind].flatMap(({ storeId, terminalId, journalId, sequenceNumber, through = sequenceNumber }) => {
      const journal = [storeId, terminalId, journalId].join('/')
      if (sequenceNumber === undefined) return [`${kind} ${journal}`]
      const length = (through as number) - sequenceNumber + 1
      return Array.from({ length }, (_, i) => `${kind} ${journal} ${sequenceNumber + i}`)
    }),
  )
  return lines.sort()
}

/** Numbers the records of each partition in the order in which they are read. */
function withOffsets(records: readonly Omit<PlainRecord, 'offset'>[]): PlainRecord[] {
  const next = new Map<number, number>()
  return records.map((record) => {
    const offset = next.get(record.partition) ?? 0
    next.set(record.partition, offset + 1)
    return { ...record, offset }
  })
}

const number = fc.integer({ min: 1, max: 9 })
const content = fc.constantFrom('a', 'a', 'a', 'b')
const journal = fc.constantFrom(...JOURNALS)
const wildRecord = fc.record({ journal, number, content, isMoved: fc.integer({ min: 0, max: 30 }) }).map((record) => {
  const partition = record.isMoved === 0 ? 2 : Number(record.journal[1])
  return { journal: record.journal, number: record.number, content: record.content, partition }
})
const outcome = fc.constantFrom('acknowledged', 'acknowledged', 'rejected', 'unknown' as const)
const place = fc.record({ partition: fc.integer({ min: 0, max: 2 }), offset: fc.integer({ min: 0, max: 12 }) })
const wildAnswer = fc.record({
  journal,
  number,
  outcome,
  place: fc.option(place, { nil: undefined }),
  content: fc.option(content, { nil: undefined }),
  isOtherContent: fc.boolean(),
})

/** What tills do and are told, with a fault now and then: most of it fits together. */
const tamedHistory = fc
  .array(
    fc.record({
      journal,
      answers: fc.array(outcome, { minLength: 1, maxLength: 3 }),
      content,
      fault: fc.constantFrom('none', 'none', 'none', 'none', 'lost', 'twice', 'altered', 'moved', 'skipped' as const),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    const next = new Map<string, number>()
    const records: Omit<PlainRecord, 'offset'>[] = []
    const answers: PlainAnswer[] = []
    const offsets = new Map<number, number>()
    for (const { journal, answers: outcomes, content, fault } of steps) {
      const number = (next.get(journal) ?? 1) + (fault === 'skipped' ? 2 : 0)
      next.set(journal, number + 1)
      const partition = Number(journal[1])
      for (const outcome of outcomes) {
        const offset = offsets.get(partition) ?? 0
        const isStored = outcome === 'acknowledged' && fault !== 'lost'
        for (let copy = isStored ? (fault === 'twice' ? 2 : 1) : 0; copy > 0; copy--) {
          records.push({ journal, number, content: fault === 'altered' ? `${content}!` : content, partition })
          offsets.set(partition, (offsets.get(partition) ?? 0) + 1)
        }
        const place =
          outcome === 'acknowledged' ? { partition, offset: offset + (fault === 'moved' ? 1 : 0) } : undefined
        answers.push({ journal, number, outcome, place, content })
      }
    }
    return { records, answers }
  })

const history = fc.oneof(
  fc.record({ records: fc.array(wildRecord, { maxLength: 40 }), answers: fc.array(wildAnswer, { maxLength: 40 }) }),
  tamedHistory,
)
const limits = fc.record({
  claimsPerPass: fc.constantFrom(1, 3, 10, 1_000),
  comparedPerPass: fc.constantFrom(1, 3, 1_000),
})

/** What is read of partition 0. */
const range = fc.tuple(fc.nat(8), fc.nat(6), fc.nat(20), fc.nat(4)).map(([start, skipped, length, rest]) => {
  const from = start + skipped
  return { start, from, to: from + length, end: from + length + rest }
})

test('the log alone: the findings are those of the definitions, however few invoices a pass may compare', () => {
  fc.assert(
    fc.property(history, limits, ({ records: drawn }, limits) => {
      const records = withOffsets(drawn)
      const audit = auditAll(records.map(toLogRecord), undefined, limits)
      const everything = { whyLeftOut: () => undefined, isReadFromStart: () => true }
      assert.deepEqual(linesOf(audit), naiveAudit(records, undefined, everything).findings)
    }),
    { numRuns: 300 },
  )
})

test('with answers: the findings are those of the definitions, however few claims a pass may hold', () => {
  fc.assert(
    fc.property(history, limits, range, ({ records: drawn, answers }, limits, { start, from, to, end }) => {
      type At = { partition: number; offset: number }
      const isRead = ({ partition, offset }: At) => partition !== 0 || (offset >= from && offset < to)
      const whyLeftOut = (place: At) => {
        if (isRead(place) || place.offset >= end) return undefined
        return place.offset < start ? 'belowStart' : 'notRead'
      }
      const isReadFromStart = (partition: number) => partition !== 0 || from === 0
      const records = withOffsets(drawn).filter(isRead)
      const told = answers.map((answer) => ({
        ...answer,
        place: answer.outcome === 'acknowledged' ? answer.place : undefined,
      }))
      const ranges = EVERYTHING.map((all) => (all.partition === 0 ? { partition: 0, start, from, to, end } : all))
      const audit = auditAll(records.map(toLogRecord), told.map(toAnswer), { ranges, ...limits })
      const expected = naiveAudit(records, told, { whyLeftOut, isReadFromStart })
      assert.deepEqual(linesOf(audit), expected.findings)
      const { belowStart, notRead, unplaced, older } = audit.notJudged
      assert.deepEqual({ belowStart, notRead, unplaced, older }, expected.notJudged)
      for (const kind of FINDING_KINDS) {
        const ofJournals = [...audit.journals].reduce((sum, { found }) => sum + found[kind], 0)
        assert.equal(ofJournals, audit.findings.counts[kind], `${kind} of the journals add up`)
      }
    }),
    { numRuns: 500 },
  )
})

test('a record without the headers of an invoice is foreign', () => {
  const invoice = toLogRecord({ journal: 'S0/T0/J', number: 1, content: 'a', partition: 0, offset: 0 })
  const wrong = [
    {},
    { ce_id: invoice.headers.ce_id },
    { ...invoice.headers, ce_id: Buffer.from('01') },
    { ...invoice.headers, ce_id: Buffer.from('0') },
    { ...invoice.headers, ce_source: Buffer.from('/stores/S0/terminals/T0') },
    { ...invoice.headers, ce_source: [invoice.headers.ce_source, invoice.headers.ce_source] },
  ]
  const records = wrong.map((headers, offset) => ({ ...invoice, offset, headers }))
  const { counts, kept } = auditAll(records, undefined).findings
  assert.equal(counts.foreign, wrong.length)
  assert.deepEqual(kept.foreign[1], { partition: 0, offset: 1 })
})

test('key, headers and, when asked for, value must name the same invoice', () => {
  const invoice = { storeId: 'S0', terminalId: 'T0', journalId: 'J', sequenceNumber: 1 }
  const record = (key: string | null, value: unknown, offset: number): LogRecord => ({
    ...toLogRecord({ journal: 'S0/T0/J', number: 1, content: JSON.stringify(value), partition: 0, offset }),
    key: key === null ? null : Buffer.from(key),
  })
  const records = [
    record('S0', invoice, 0),
    record('S9', invoice, 1),
    record(null, invoice, 2),
    record('S0', { ...invoice, sequenceNumber: 2 }, 3),
    record('S0', { ...invoice, terminalId: 'T9' }, 4),
    record('S0', { ...invoice, journalId: 'K' }, 5),
    { ...record('S0', invoice, 6), value: Buffer.from('{') },
  ]
  const offsets = (audit: Audit) => audit.findings.kept.mismatched.map(({ offset }) => offset)
  assert.deepEqual(offsets(auditAll(records, undefined)), [1, 2])
  assert.deepEqual(offsets(auditAll(records, undefined, { verify: true })), [1, 2, 3, 4, 5, 6])
})

test('a till that corrects a refused invoice has altered nothing', () => {
  const records = withOffsets([{ journal: 'S0/T0/J', number: 1, content: 'corrected', partition: 0 }])
  const told = { journal: 'S0/T0/J', number: 1, place: undefined }
  const answers = [
    toAnswer({ ...told, outcome: 'rejected', content: 'wrong' }),
    toAnswer({ ...told, outcome: 'acknowledged', content: 'corrected' }),
  ]
  assert.deepEqual(linesOf(auditAll(records.map(toLogRecord), answers)), [])
})

test('only the first findings are kept, all are counted', () => {
  const records = withOffsets(
    Array.from({ length: 50 }, () => ({ journal: 'S0/T0/J', number: 1, content: 'a', partition: 0 })),
  )
  const { counts, kept } = auditAll(records.map(toLogRecord), undefined, { keptFindings: 10 }).findings
  assert.equal(counts.duplicates, 49)
  assert.equal(kept.duplicates.length, 10)
  assert.deepEqual(
    kept.duplicates.map(({ offset }) => offset),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
})

test('repeated records that are gone when the log is read again are told apart from compared ones', () => {
  const records = withOffsets(
    [1, 1, 2, 2].map((number) => ({ journal: 'S0/T0/J', number, content: 'a', partition: 0 })),
  )
  const audit = new Audit({ ranges: EVERYTHING, hasAnswers: false })
  for (const record of records) audit.record(toLogRecord(record))
  assert.ok(audit.endPass())
  for (const record of records.slice(1)) audit.record(toLogRecord(record))
  assert.equal(audit.endPass(), false)
  assert.equal(audit.notJudged.uncompared, 1)
})

test('claims whose records are gone in a later pass are counted, and not taken for misplaced or altered', () => {
  const records = withOffsets([1, 2, 3, 4].map((number) => ({ ...ONE, number }))).map(toLogRecord)
  const at = (offset: number) => ({ partition: 0, offset })
  const answers = [
    toAnswer({ ...ONE, number: 1, outcome: 'acknowledged', place: at(0) }),
    toAnswer({ ...ONE, number: 2, outcome: 'acknowledged', place: undefined }),
    toAnswer({ ...ONE, number: 3, outcome: 'acknowledged', place: at(2) }),
    toAnswer({ ...ONE, number: 4, outcome: 'acknowledged', place: at(9) }),
  ]
  const audit = new Audit({ ranges: EVERYTHING, hasAnswers: true, claimsPerPass: 2 })
  let passes = 0
  do {
    if (audit.wantsAnswers) for (const answer of answers) audit.answer(answer)
    if (passes > 0) audit.deleted(new Map([[0, 2]]))
    for (const record of records.slice(passes > 0 ? 2 : 0)) audit.record(record)
  } while (audit.endPass() && ++passes < 9)
  assert.equal(passes, 2, 'the claims are halved')
  assert.deepEqual(linesOf(audit), ['misplaced S0/T0/J 4'])
  assert.equal(audit.notJudged.unchecked, 2)
})

test('a tombstone is no invoice: what it says it is has no record, and it has no value to compare', () => {
  const [record] = withOffsets([ONE]).map(toLogRecord) as [LogRecord]
  const answers = [toAnswer({ ...ONE, outcome: 'acknowledged', place: { partition: 0, offset: 0 } })]
  const audit = auditAll([{ ...record, value: null }], answers, { verify: true })
  assert.deepEqual(linesOf(audit), ['lost S0/T0/J 1', 'tombstones S0/T0/J 1'])
  assert.deepEqual(audit.findings.kept.tombstones, [
    { storeId: 'S0', terminalId: 'T0', journalId: 'J', sequenceNumber: 1, partition: 0, offset: 0 },
  ])
})

test('a store that lies wholly in a partition that its key does not choose is misrouted', () => {
  const partitionOf = (storeId: string) => Number(storeId[1])
  const records = withOffsets([
    { ...ONE, journal: 'S0/T0/J', partition: 0 },
    { ...ONE, journal: 'S1/T0/J', partition: 0 },
    { ...ONE, journal: 'S1/T0/K', partition: 0 },
    { ...ONE, journal: 'S2/T0/J', partition: 2 },
    { ...ONE, journal: 'S2/T0/K', partition: 1 },
  ]).map(toLogRecord)
  assert.deepEqual(linesOf(auditAll(records, undefined, { partitionOf })), [
    'misrouted S1/T0/J',
    'misrouted S1/T0/K',
    'scattered S2/T0/J',
    'scattered S2/T0/K',
  ])
})

test('only the journals that are wanted are judged, and of answers only theirs', () => {
  const records = withOffsets(JOURNALS.map((journal) => ({ ...ONE, journal }))).map(toLogRecord)
  const answers = [
    toAnswer({ ...ONE, journal: 'S0/T0/J', outcome: 'acknowledged' }),
    toAnswer({ ...ONE, journal: 'S1/T9/J', outcome: 'acknowledged' }),
  ]
  const audit = auditAll(records, answers, { isWanted: ({ storeId }) => storeId === 'S0' })
  assert.deepEqual(linesOf(audit), ['unexpected S0/T1/J 1'])
  assert.equal(audit.notJudged.unwanted, 2)
})

test('only invoices that an answer names are judged, if that is asked for', () => {
  const records = withOffsets([1, 2, 3, 3, 4].map((number) => ({ ...ONE, number }))).map(toLogRecord)
  const other = withOffsets([{ ...ONE, journal: 'S1/T0/J', partition: 1 }]).map(toLogRecord)
  const answers = [
    toAnswer({ ...ONE, number: 1, outcome: 'rejected' }),
    toAnswer({ ...ONE, number: 3, outcome: 'acknowledged' }),
    toAnswer({ ...ONE, number: 5, outcome: 'acknowledged' }),
  ]
  const audit = auditAll([...records, ...other], answers, { namedOnly: true })
  const found = [
    'duplicates S0/T0/J 3',
    'excess S0/T0/J 3',
    'falselyRejected S0/T0/J 1',
    'gaps S0/T0/J 2',
    'lost S0/T0/J 5',
  ]
  assert.deepEqual(linesOf(audit), found)
  assert.equal(audit.notJudged.unwanted, 3)
})

test('names that no gateway would take are no journal: they may hold what a terminal obeys', () => {
  const [record] = withOffsets([ONE]).map(toLogRecord) as [LogRecord]
  const source = (store: string) => ({
    ...record.headers,
    ce_source: Buffer.from(`/stores/${store}/terminals/T0/journals/J`),
  })
  const records = ['S\x1b]0;owned\x07', 'S 1', 'S\n1', 'x'.repeat(37)].map((store, offset) => ({
    ...record,
    ...{ offset, headers: source(store) },
  }))
  assert.equal(auditAll(records, undefined).findings.counts.foreign, 4)
})

test('a million invoices of a thousand journals need no more memory than ten thousand of them', () => {
  const heapBytes = () => {
    collectGarbage()
    return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  }
  const journals = Array.from({ length: 1_000 }, (_, i) => ({
    key: Buffer.from(`S${i % 100}`),
    source: Buffer.from(`/stores/S${i % 100}/terminals/T${i}/journals/J1`),
  }))
  const value = Buffer.from('{}')
  const audit = new Audit({ ranges: EVERYTHING, hasAnswers: false })
  let offset = 0
  const feed = (from: number, to: number) => {
    for (let number = from; number <= to; number++)
      for (const { key, source } of journals) {
        const headers = { ce_source: source, ce_id: Buffer.from(String(number)) }
        const record = { partition: 0, offset: offset++, timestampMs: 0, key, value, headers }
        audit.record(record)
        if (number % 100 === 0) audit.record({ ...record, offset: offset++ }) // a till sent it again
      }
  }
  feed(1, 10)
  const before = heapBytes()
  feed(11, 1_000)
  const grownBytes = heapBytes() - before
  // Every journal has one range of numbers, and one for each of its ten repeated ones.
  assert.deepEqual(audit.held, { journals: 1_000, ranges: 11_000 })
  assert.ok(grownBytes < 4_000_000, `${grownBytes} bytes more after a million records`)
  assert.ok(audit.endPass(), 'repeated records are compared in a second pass')
})

test('an invoice that a till writes anew is the same invoice, whatever its spacing and order; what is no JSON is compared by its bytes', () => {
  const contents = [
    '{"a":1,"b":{"c":"é","d":[1,2]}}',
    ' {"b": {"d":[1, 2],"c":"\\u00e9"}, "a":1}',
    '{"a":1,"b":{"c":"é","d":[2,1]}}',
  ]
  const kinds = (...of: string[]) => {
    const records = withOffsets(of.map((content) => ({ ...ONE, content })))
    return linesOf(auditAll(records.map(toLogRecord), undefined)).map((line) => line.split(' ')[0])
  }
  assert.deepEqual(kinds(contents[0]!, contents[1]!), ['duplicates'])
  assert.deepEqual(kinds(contents[0]!, contents[2]!), ['conflicts'])
  assert.deepEqual(kinds('1.0', '1.00'), ['conflicts'], 'the gateway takes no fractions')
  assert.deepEqual(kinds('{"a":1,"a":2}', '{"a":2}'), ['conflicts'], 'of two members with one name, a parser keeps one')
})

test('a conflict that the till itself made, by the answers, is told apart from others', () => {
  const records = withOffsets(['a', 'b', 'c'].map((content) => ({ ...ONE, content })))
  const answer = (content: string, isOtherContent: boolean): PlainAnswer => {
    return { ...ONE, outcome: 'acknowledged', content, isOtherContent }
  }
  const answers = [answer('a', false), answer('b', true), answer('c', true)].map(toAnswer)
  assert.deepEqual(linesOf(auditAll(records.map(toLogRecord), answers)), [
    'tillConflicts S0/T0/J 1',
    'tillConflicts S0/T0/J 1',
  ])
})
