import { Buffer } from 'node:buffer'
import { journalValue } from './journal-value.ts'
import { type Changes, Draft, type Verdict } from './judge.ts'
import {
  CONFLICT_HEADER,
  type ConflictHeaders,
  FIRST_OFFSET_HEADER,
  RAW_OFFSET_HEADER,
  type UniqueHeaders,
} from './output-headers.ts'
import type { PartitionState } from './partition-state.ts'
import { POSITION_KEY, positionValue } from './position.ts'
import type { RawRecord } from './raw-record.ts'

/** A record to be written, in the same partition as the raw one. */
export interface OutputRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, unknown>>
}

/** The topics that the stage writes: `<topic>.unique` and so on. */
export type OutputTopic = 'unique' | 'conflicts' | 'journals'

/** The records of one transaction; never none for `journals`. */
export type Output = Readonly<Record<OutputTopic, readonly OutputRecord[]>>

/** How many records had each verdict. */
export type VerdictCounts = Readonly<Record<Verdict['kind'], number>>

/** What one transaction writes, and what it changes once it is committed. */
export interface Step {
  readonly output: Output
  readonly changes: Changes
  readonly counts: VerdictCounts
}

/** The most that one transaction takes. Beyond one record, which always goes. */
export interface StepLimits {
  readonly maxRecords: number
  /** Of raw records, and of journals: each goes in one message, which a topic's `max.message.bytes` limits. */
  readonly maxBytes: number
}

const NO_COUNTS: VerdictCounts = {
  first: 0,
  duplicate: 0,
  'other-content': 0,
  uncompared: 0,
  'too-many-gaps': 0,
  foreign: 0,
}

/**
 * Judges as many of the records as one transaction may have, from `records[from]` on, and says what to write. Changes
 * nothing: `state` is for the caller to change with `changes`, once the transaction is committed. `end` is the index
 * behind the last record that was judged.
 */
export function nextStep(
  state: PartitionState,
  { records, from, nextOffset }: { records: readonly RawRecord[]; from: number; nextOffset: number },
  { maxRecords, maxBytes }: StepLimits,
): Step & { readonly end: number } {
  const draft = new Draft(state)
  const counts = { ...NO_COUNTS }
  const unique: OutputRecord[] = []
  const conflicts: OutputRecord[] = []
  let rawBytes = 0
  let index = from
  for (; index < records.length && index - from < maxRecords; index++) {
    const record = records[index] as RawRecord
    const recordBytes = sizeOf(record)
    if (index > from && (rawBytes + recordBytes > maxBytes || draft.journalBytes > maxBytes)) break
    rawBytes += recordBytes
    const verdict = draft.judge(record)
    counts[verdict.kind]++
    if (verdict.kind === 'first') unique.push(copyOf(record, rawOffsetOf(record)))
    else if (verdict.kind !== 'duplicate' && verdict.kind !== 'foreign') conflicts.push(conflictOf(record, verdict))
  }
  if (index === records.length) draft.passTo(nextOffset)
  const changes = draft.changes()
  return { output: { unique, conflicts, journals: journalRecords(changes) }, changes, counts, end: index }
}

function journalRecords({ journals, position }: Changes): OutputRecord[] {
  const records: OutputRecord[] = []
  for (const [name, packed] of journals)
    records.push({ key: Buffer.from(name), value: packed === null ? null : journalValue(packed), headers: {} })
  records.push({ key: Buffer.from(POSITION_KEY), value: positionValue(position), headers: {} })
  return records
}

type ConflictVerdict = Extract<Verdict, { readonly kind: ConflictHeaders[typeof CONFLICT_HEADER] }>

function conflictOf(record: RawRecord, verdict: ConflictVerdict): OutputRecord {
  const firstOffset = 'firstOffset' in verdict ? verdict.firstOffset : null
  return copyOf(record, {
    ...rawOffsetOf(record),
    [CONFLICT_HEADER]: verdict.kind,
    ...(firstOffset === null ? {} : { [FIRST_OFFSET_HEADER]: String(firstOffset) }),
  })
}

function rawOffsetOf({ offset }: RawRecord): UniqueHeaders {
  return { [RAW_OFFSET_HEADER]: String(offset) }
}

/** The record as it is, with headers of this stage in place of any that were there. */
function copyOf({ key, value, headers }: RawRecord, own: UniqueHeaders | ConflictHeaders): OutputRecord {
  return { key, value, headers: { ...headers, ...own } }
}

const HEADERS_BYTES = 700

function sizeOf({ key, value }: RawRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0) + HEADERS_BYTES
}
