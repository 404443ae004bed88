import { parseFlags, timeOf, UsageError } from '../terminal/flags.ts'
import type { JournalName } from './finding.ts'
import { isName, journalOf, sourceOf } from './record-identity.ts'

/** What `tillgate audit` was asked for. Times in milliseconds since 1970. */
export interface AuditArguments {
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
  /** Rising; undefined for all. */
  readonly partitions: readonly number[] | undefined
  readonly answers: string | undefined
  /** Which journals are judged; undefined for all. */
  readonly isWanted: ((journal: JournalName) => boolean) | undefined
  readonly namedOnly: boolean
  readonly verify: boolean
  readonly strict: boolean
  readonly all: boolean
  readonly json: boolean
}

const MAX_PARTITIONS = 10_000

/** Reads the arguments that follow `audit`. Throws `UsageError`. */
export function parseAuditArguments(args: readonly string[]): AuditArguments {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  const values = parseFlags(args, {
    ...{ 'from-time': text, 'to-time': text, partitions: text, answers: text },
    ...{ stores: text, journals: text, 'named-only': flag },
    ...{ verify: flag, strict: flag, all: flag, json: flag },
  })
  const fromMs = timeOf('--from-time', values['from-time'])
  const toMs = timeOf('--to-time', values['to-time'])
  if (fromMs !== undefined && toMs !== undefined && toMs <= fromMs)
    throw new UsageError('--to-time must be after --from-time')
  const { answers, verify, strict, all, json, 'named-only': namedOnly } = values
  if (namedOnly && answers === undefined) throw new UsageError('--named-only needs --answers: they name the invoices')
  const partitions = partitionList(values.partitions)
  const isWanted = wanted(values.stores, values.journals)
  return { fromMs, toMs, partitions, answers, isWanted, namedOnly, verify, strict, all, json }
}

/** Whether a journal is in both lists. A list that is not given contains every journal. */
function wanted(storeList: string | undefined, journalList: string | undefined): AuditArguments['isWanted'] {
  if (storeList === undefined && journalList === undefined) return undefined
  const stores = storeList?.split(',')
  const journals = journalList?.split(',').map(journalOf)
  if (stores?.every(isName) === false) throw new UsageError('--stores must be names of stores, e.g. S1,S2')
  const sources = journals?.map((journal) => {
    if (journal === undefined) throw new UsageError('--journals must be STORE/TERMINAL/JOURNAL, e.g. S1/T1/J1,S1/T2/J1')
    return sourceOf(journal)
  })
  const [storeSet, sourceSet] = [stores && new Set(stores), sources && new Set(sources)]
  return (journal) => (storeSet?.has(journal.storeId) ?? true) && (sourceSet?.has(sourceOf(journal)) ?? true)
}

function partitionList(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined
  const partitions = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []
    if (first === undefined || Number(last) < Number(first) || Number(last) >= MAX_PARTITIONS)
      throw new UsageError('--partitions must be numbers and ranges of them, e.g. 0,3,8-11')
    for (let partition = Number(first); partition <= Number(last); partition++) partitions.add(partition)
  }
  return [...partitions].sort((a, b) => a - b)
}
