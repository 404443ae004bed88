import fc from 'fast-check'
import type { RawRecord } from '../../src/dedup/raw-record.ts'

/** What a till might have sent, and when. Small worlds, so that numbers repeat often. */
export interface Sent {
  readonly journal: number
  readonly sequenceNumber: number
  readonly content: number
  /** 0 and 1 are the same content in other bytes. */
  readonly writing: number
  readonly laterMs: number
  readonly clockErrorMs: number
  readonly isForeign: boolean
  readonly isUploaded?: boolean
}

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

export const sent: fc.Arbitrary<Sent> = fc.record({
  journal: fc.nat(2),
  sequenceNumber: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 30 }) }, fc.integer({ min: 1, max: 400 })),
  content: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(1)),
  writing: fc.nat(1),
  laterMs: fc.oneof(
    { weight: 20, arbitrary: fc.nat(20_000) },
    { weight: 2, arbitrary: fc.constant(11 * MINUTE_MS) },
    fc.constant(31 * DAY_MS),
  ),
  clockErrorMs: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: -DAY_MS, max: DAY_MS })),
  isUploaded: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
  isForeign: fc.integer({ min: 0, max: 30 }).map((drawn) => drawn === 0),
})

const START_MS = Date.UTC(2026, 0, 1)

/** The log in which they stand, one after the other; some offsets have no record. */
export function rawLog(all: readonly Sent[]): RawRecord[] {
  let [offset, timestampMs] = [0, START_MS]
  return all.map((one, index) => {
    timestampMs += one.laterMs
    offset += index % 7 === 6 ? 2 : 1
    return rawRecord(one, offset, timestampMs)
  })
}

export function rawRecord(
  { journal, sequenceNumber, content, writing, clockErrorMs, isForeign, isUploaded = false }: Omit<Sent, 'laterMs'>,
  offset: number,
  timestampMs: number,
): RawRecord {
  const value = writing === 0 ? `{"n":${sequenceNumber},"c":${content}}` : `{ "c": ${content}, "n": ${sequenceNumber} }`
  return {
    offset,
    timestampMs,
    key: Buffer.from('S'),
    value: Buffer.from(value),
    headers: isForeign
      ? {}
      : {
          ce_id: Buffer.from(String(sequenceNumber)),
          ce_source: Buffer.from(`/stores/S/terminals/T/journals/${journal}`),
          'pos-ingest': Buffer.from(isUploaded ? 'upload' : 'live'),
          'pos-received-at': Buffer.from(new Date(timestampMs + clockErrorMs).toISOString()),
        },
  }
}
