import { KEPT_RECENT, MAX_RECENT, RECENT_FOR_MS } from '../../src/dedup/journal.ts'
import type { Verdict } from '../../src/dedup/judge.ts'
import type { RawRecord } from '../../src/dedup/raw-record.ts'

/** All that was ever taken of a journal, as plain as can be. */
interface PlainJournal {
  touchedMs: number
  taken: { number: number; content: string; offset: number; receivedMs: number }[]
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
    let journal = journals.get(name)
    if (journal === undefined || journal.touchedMs < timeMs - idleMs) {
      journal = { touchedMs: 0, taken: [] }
      journals.set(name, journal)
    }
    if (!journal.taken.some((taken) => taken.number === number)) {
      const receivedMs = Date.parse(String(record.headers['pos-received-at']))
      journal.taken.push({ number, content, offset: record.offset, receivedMs })
      journal.touchedMs = timeMs
      return { kind: 'first' }
    }
    let recent = journal.taken.slice(-MAX_RECENT)
    while (recent.length > KEPT_RECENT && recent[0]!.receivedMs < timeMs - RECENT_FOR_MS) recent = recent.slice(1)
    const first = recent.find((taken) => taken.number === number)
    if (first === undefined) return { kind: 'uncompared', firstOffset: null }
    return { kind: first.content === content ? 'duplicate' : 'other-content', firstOffset: first.offset }
  })
}

/** JSON with the members of the one object sorted. */
function contentOf(value: Buffer): string {
  return JSON.stringify(Object.entries(JSON.parse(value.toString())).sort(([a], [b]) => (a < b ? -1 : 1)))
}
