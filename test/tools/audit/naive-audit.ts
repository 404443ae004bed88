import type { FindingKind } from '../../../src/tools/audit/finding.ts'

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
}

/**
 * The definitions of docs/audit.md, written down with everything in memory: one line of text for each finding.
 * `journal` is `store/terminal/journal`. `isJudged` tells of which places the audit can say whether a
 * record is there.
 */
export function naiveAudit(
  records: readonly PlainRecord[],
  answers: readonly PlainAnswer[] | undefined,
  isJudged: (place: { partition: number; offset: number }) => boolean,
): string[] {
  const findings: string[] = []
  const note = (kind: FindingKind, journal: string, number?: number) =>
    findings.push([kind, journal, number].filter((part) => part !== undefined).join(' '))
  const journals = new Set([...records, ...(answers ?? [])].map(({ journal }) => journal))

  for (const journal of journals) {
    const inLog = records.filter((record) => record.journal === journal)
    const told = (answers ?? []).filter((answer) => answer.journal === journal)
    const numbers = new Set([...inLog, ...told].map(({ number }) => number))
    const seen = inLog.map(({ number }) => number)
    for (let number = Math.min(...seen) + 1; number < Math.max(...seen); number++)
      if (!seen.includes(number)) note('gaps', journal, number)

    for (const [at, record] of inLog.entries()) {
      const before = inLog.slice(0, at)
      const first = before.find(({ number }) => number === record.number)
      if (first === undefined) {
        if (before.some(({ number, partition }) => number > record.number && partition === record.partition))
          note('reordered', journal, record.number)
      } else note(first.content === record.content ? 'duplicates' : 'conflicts', journal, record.number)
    }
    const store = journal.split('/')[0]
    const partitions = new Set(
      records.filter((record) => record.journal.split('/')[0] === store).map(({ partition }) => partition),
    )
    if (partitions.size > 1 && inLog.length > 0) note('scattered', journal)

    if (answers === undefined) continue
    for (const number of numbers) {
      const copies = inLog.filter((record) => record.number === number)
      const mine = told.filter((answer) => answer.number === number)
      const possible = mine.filter(({ outcome }) => outcome !== 'rejected')
      const receipts = mine.filter(({ outcome, place }) => outcome === 'acknowledged' && (!place || isJudged(place)))
      if (receipts.length > 0 && copies.length === 0) note('lost', journal, number)
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
  return findings.sort()
}
