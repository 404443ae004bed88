import type { FindingKind } from '../../../src/tools/audit/finding.ts'
import type { NotJudgedCounts } from '../../../src/tools/audit/not-judged.ts'

/** One record of a history; its place is given, its content is one letter or so. */
export interface PlainRecord {
  readonly journal: string
  readonly number: number
  readonly content: string
  readonly partition: number
  readonly offset: number
}

export interface PlainAnswer {
  readonly journal: string
  readonly number: number
  readonly outcome: 'acknowledged' | 'rejected' | 'unknown'
  readonly place: { readonly partition: number; readonly offset: number } | undefined
  readonly content: string | undefined
  readonly isOtherContent?: boolean
}

/** Of which places the audit does not say whether a record is there, and which partitions it reads from 0 on. */
export interface WhatIsRead {
  readonly whyLeftOut: (place: { partition: number; offset: number }) => 'belowStart' | 'notRead' | undefined
  readonly isReadFromStart: (partition: number) => boolean
}

/**
 * The definitions of docs/audit.md, written down with everything in memory: one line of text for each finding, and how
 * much is not judged. `journal` is `store/terminal/journal`.
 */
export function naiveAudit(
  records: readonly PlainRecord[],
  answers: readonly PlainAnswer[] | undefined,
  { whyLeftOut, isReadFromStart }: WhatIsRead,
): { findings: string[]; notJudged: Pick<NotJudgedCounts, 'belowStart' | 'notRead' | 'unplaced' | 'older'> } {
  const findings: string[] = []
  const notJudged = { belowStart: 0, notRead: 0, unplaced: 0, older: 0 }
  const note = (kind: FindingKind, journal: string, number?: number) =>
    findings.push([kind, journal, number].filter((part) => part !== undefined).join(' '))
  const journals = new Set([...records, ...(answers ?? [])].map(({ journal }) => journal))

  for (const journal of journals) {
    const inLog = records.filter((record) => record.journal === journal)
    const told = (answers ?? []).filter((answer) => answer.journal === journal)
    const numbers = new Set([...inLog, ...told].map(({ number }) => number))
    const seen = inLog.map(({ number }) => number)
    const firstIn = (partition: number) => inLog.find((record) => record.partition === partition)?.number as number
    const partitions = inLog.length > 0 ? inLog.map(({ partition }) => partition) : [0, 1, 2]
    const isAllRead = partitions.every(isReadFromStart)
    const floor = isAllRead ? 0 : inLog.length > 0 ? Math.min(...partitions.map(firstIn)) : Number.POSITIVE_INFINITY
    for (let number = Math.min(...seen) + 1; number < Math.max(...seen); number++)
      if (!seen.includes(number) && number >= floor) note('gaps', journal, number)

    for (const [at, record] of inLog.entries()) {
      const before = inLog.slice(0, at)
      const first = before.find(({ number }) => number === record.number)
      if (first === undefined) {
        if (before.some(({ number, partition }) => number > record.number && partition === record.partition)) {
          const mayBeOld = !isReadFromStart(record.partition) && record.number < firstIn(record.partition)
          if (mayBeOld) notJudged.older++
          else note('reordered', journal, record.number)
        }
      } else if (first.content === record.content) note('duplicates', journal, record.number)
      else {
        const isTill = told.some(({ number, isOtherContent }) => isOtherContent && number === record.number)
        note(isTill ? 'tillConflicts' : 'conflicts', journal, record.number)
      }
    }
    const store = journal.split('/')[0]
    const ofStore = new Set(
      records.filter((record) => record.journal.split('/')[0] === store).map(({ partition }) => partition),
    )
    if (ofStore.size > 1 && inLog.length > 0) note('scattered', journal)

    if (answers === undefined) continue
    for (const { place } of told) {
      const why = place && whyLeftOut(place)
      if (why !== undefined) notJudged[why]++
    }
    for (const number of numbers) {
      const copies = inLog.filter((record) => record.number === number)
      const mine = told.filter((answer) => answer.number === number)
      const possible = mine.filter(({ outcome }) => outcome !== 'rejected')
      const receipts = mine.filter(({ outcome, place }) => outcome === 'acknowledged' && (!place || !whyLeftOut(place)))
      if (receipts.length > 0 && copies.length === 0) {
        if (number < floor && receipts.every(({ place }) => !place)) notJudged.unplaced++
        else note('lost', journal, number)
      }
      if (copies.length > 0 && mine.length === 0) note('unexpected', journal, number)
      if (copies.length > 0 && mine.length > 0 && possible.length === 0) note('falselyRejected', journal, number)
      if (possible.length > 0)
        for (let copy = possible.length; copy < copies.length; copy++) note('excess', journal, number)
      if (copies.length > 0)
        for (const { place } of receipts)
          if (place && !copies.some((copy) => copy.partition === place.partition && copy.offset === place.offset))
            note('misplaced', journal, number)
      const sent = possible.flatMap(({ content }) => (content === undefined ? [] : [content]))
      for (const { content } of copies) if (sent.length > 0 && !sent.includes(content)) note('altered', journal, number)
    }
  }
  return { findings: findings.sort(), notJudged }
}
