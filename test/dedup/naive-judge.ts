import { KEPT_RECENT, MAX_RECENT, RECENT_FOR_MS } from '../../src/dedup/journal.ts'
import type { Verdict } from '../../src/dedup/judge.ts'
import type { RawRecord } from '../../src/dedup/raw-record.ts'

/** All that was ever taken of a journal, as plain as can be. */
interface PlainJournal {
  touchedMs: number
  uploadedMs: number
  /** How many of `taken` may still be compared. */
  comparable: number
  taken: { number: number; content: string; offset: number }[]
}

/** The rule, computed from the whole log without anything clever: what the stage is judged by. */
export function judgeNaively(log: readonly RawRecord[], idleMs: number): Verdict[] {
  const journals = new Map<string, PlainJournal>()
  let timeMs = 0
  return log.map((record) => {
    timeMs = Math.max(timeMs, record.timestampMs)
    if (record.headers.ce_id === undefined || record.value === null) return { kind: 'foreign' }
    const name = String(record.headers.ce_source)
    const number = Number(record.headers.ce_id)
    const content = contentOf(record.value)
    let journal = journals.get(name) as PlainJournal
    if (journal === undefined || journal.touchedMs < timeMs - idleMs) {
      journal = { touchedMs: 0, uploadedMs: 0, comparable: 0, taken: [] }
      journals.set(name, journal)
    }
    const limit = () => (timeMs - journal.uploadedMs <= RECENT_FOR_MS ? MAX_RECENT : KEPT_RECENT)
    journal.comparable = Math.min(journal.comparable, limit())
    if (!journal.taken.some((taken) => taken.number === number)) {
      journal.taken.push({ number, content, offset: record.offset })
      journal.touchedMs = timeMs
      if (String(record.headers['pos-ingest']) === 'upload') journal.uploadedMs = timeMs
      journal.comparable = Math.min(journal.comparable + 1, limit())
      return { kind: 'first' }
    }
    const recent = journal.taken.slice(journal.taken.length - journal.comparable)
    const first = recent.find((taken) => taken.number === number)
    if (first === undefined) return { kind: 'uncompared', firstOffset: null }
    return { kind: first.content === content ? 'duplicate' : 'other-content', firstOffset: first.offset }
  })
}

/** JSON with the members of each object sorted. */
function contentOf(value: Buffer): string {
  return JSON.stringify(JSON.parse(value.toString(), (_, member) => (isObject(member) ? sorted(member) : member)))
}

function isObject(member: unknown): member is object {
  return typeof member === 'object' && member !== null && !Array.isArray(member)
}

function sorted(object: object): [string, unknown][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))
}
