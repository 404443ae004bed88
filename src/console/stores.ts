import { summaryOf } from '../dedup/journal-summary.ts'
import { unpackJournal } from '../dedup/journal-value.ts'
import { Slices } from '../slices.ts'
import type { SeenConflict } from './conflicts.ts'
import { type KnownJournals, lookAt } from './journal-sweep.ts'
import { type Pace, paceOf, type SilenceRules } from './pace.ts'

/** What to find, and behind which name. */
export interface PageOf {
  readonly after: string
  readonly limit: number
}

/** `next`: behind which name the next page begins; null: this is the last one. */
export type Page<T> = { readonly entries: readonly T[]; readonly next: string | null }

export interface FoundStore {
  readonly storeId: string
  readonly terminals: number
  readonly silent: number
  readonly missing: number
  readonly lastAtMs: number
}

export interface FoundJournal {
  readonly terminalId: string
  readonly journalId: string
  readonly last: number
  readonly missing: number
  /** The first runs of missing numbers, each as first and last. */
  readonly missingRuns: readonly (readonly [number, number])[]
  readonly lastAtMs: number
  readonly pace: Pace
  /** The latest invoices, the newest first. */
  readonly recent: readonly { sequenceNumber: number; offset: string; receivedAtMs: number }[]
}

export interface StorePage extends Page<FoundJournal> {
  readonly storeId: string
  readonly conflicts: readonly SeenConflict[]
}

const [RUNS, RECENT] = [20, 10] as const

/** The stores whose names begin so, by name. It looks at all names, in slices. */
export async function findStores(
  journals: KnownJournals,
  prefix: string,
  page: PageOf,
  rules: SilenceRules,
): Promise<Page<FoundStore>> {
  const slices = new Slices()
  const { names, next } = await firstNames(journals.stores.keys(), prefix, page, slices)
  const entries: FoundStore[] = []
  for (const storeId of names) {
    const store = await lookAt(journals, journals.stores.get(storeId) ?? [], rules, slices)
    const silent = [...store.terminals.values()].filter(({ pace }) => pace === 'silent').length
    entries.push({ storeId, terminals: store.terminals.size, silent, missing: store.missing, lastAtMs: store.lastAtMs })
  }
  return { entries, next }
}

/** The journals of a store, by name. */
export async function journalsOf(
  journals: KnownJournals,
  storeId: string,
  page: PageOf,
  rules: SilenceRules,
): Promise<Page<FoundJournal>> {
  const slices = new Slices()
  const { names, next } = await firstNames(journals.stores.get(storeId) ?? [], '', page, slices)
  const entries = names.flatMap((name) => journalOf(journals, name, rules) ?? [])
  return { entries, next }
}

function journalOf(journals: KnownJournals, name: string, rules: SilenceRules): FoundJournal | undefined {
  const packed = journals.packed(name)
  if (packed === undefined) return undefined
  const [, terminalId = '', journalId = ''] = name.split('/')
  const { through, ahead, recent } = unpackJournal(packed)
  const summary = summaryOf(packed)
  const missingRuns = ahead
    .slice(0, RUNS)
    .map(([first], index) => [(index === 0 ? through : (ahead[index - 1]?.[1] as number)) + 1, first - 1] as const)
  const latest = recent.slice(-RECENT).reverse()
  return {
    ...{ terminalId, journalId, missingRuns },
    last: summary.last,
    missing: summary.missing,
    lastAtMs: summary.touchedMs,
    pace: paceOf(packed, summary.touchedMs, Date.now(), rules),
    recent: latest.map(({ sequenceNumber, rawOffset, receivedAtMs }) => {
      return { sequenceNumber, offset: String(rawOffset), receivedAtMs }
    }),
  }
}

/** The first `limit` names behind `after` that begin so. Names of one iteration are never all sorted. */
async function firstNames(all: Iterable<string>, prefix: string, { after, limit }: PageOf, slices: Slices) {
  let names: string[] = []
  const cut = () => {
    names = names.sort().slice(0, limit + 1)
  }
  for (const name of all) {
    if (slices.isOver) await slices.next()
    if (!name.startsWith(prefix) || name <= after) continue
    names.push(name)
    if (names.length > 8 * limit) cut()
  }
  cut()
  const next = names.length > limit ? (names[limit - 1] as string) : null
  return { names: names.slice(0, limit), next }
}
