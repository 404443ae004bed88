import { longestPauseOf, summaryOf } from '../dedup/journal-summary.ts'
import { Slices } from '../slices.ts'
import { type Pace, paceOf, type SilenceRules } from './pace.ts'
import { Top } from './top.ts'

/** The journals that an instance knows from `.journals`: their packed forms, by name, by store. */
export interface KnownJournals {
  readonly stores: ReadonlyMap<string, Iterable<string>>
  packed(name: string): string | undefined
  /** Whether what is known of this store is about the topic of the invoices as it is now. */
  isRight(storeId: string): boolean
}

/** A store with missing numbers: they are below one that was taken in their journal, and may still come. */
export interface StoreWithMissing {
  readonly storeId: string
  readonly missing: number
  /** How many of its journals have some. */
  readonly journals: number
}

/** A terminal that has sent nothing for longer than its pace explains. */
export interface SilentTerminal {
  readonly storeId: string
  readonly terminalId: string
  readonly lastAtMs: number
  readonly longestPauseMs: number
}

/** All journals as they were within one sweep. */
export interface Sweep {
  readonly stores: number
  readonly journals: number
  readonly storesWithMissing: number
  readonly missingNumbers: number
  readonly silentTerminals: number
  /** Stores whose terminals in use are all silent. */
  readonly silentStores: number
  /** Those with most missing numbers. */
  readonly missing: readonly StoreWithMissing[]
  /** Those that were silent last. */
  readonly silent: readonly SilentTerminal[]
}

/** The newest of the journals of each terminal says whether the terminal is silent. */
export interface TerminalState {
  /** Of that journal. */
  readonly name: string
  readonly lastAtMs: number
  readonly pace: Pace
}

/** Of each list that is shown. */
const LISTED = 50

export interface StoreState {
  readonly journals: number
  readonly missing: number
  readonly journalsWithMissing: number
  readonly lastAtMs: number
  readonly terminals: ReadonlyMap<string, TerminalState>
}

/** Looks at the journals of one store, in slices if there are many. */
export async function lookAt(
  journals: KnownJournals,
  names: Iterable<string>,
  rules: SilenceRules,
  slices: Slices,
): Promise<StoreState> {
  const terminals = new Map<string, TerminalState>()
  const state = { journals: 0, missing: 0, journalsWithMissing: 0, lastAtMs: 0, terminals }
  for (const name of names) {
    if (slices.isOver) await slices.next()
    const packed = journals.packed(name)
    if (packed === undefined) continue
    const summary = summaryOf(packed)
    state.journals++
    state.missing += summary.missing
    if (summary.missing > 0) state.journalsWithMissing++
    const lastAtMs = summary.touchedMs
    state.lastAtMs = Math.max(state.lastAtMs, lastAtMs)
    const terminalId = name.split('/', 2)[1] ?? ''
    if ((terminals.get(terminalId)?.lastAtMs ?? -1) >= lastAtMs) continue
    terminals.set(terminalId, { name, lastAtMs, pace: paceOf(packed, lastAtMs, Date.now(), rules) })
  }
  return state
}

/** Looks at every journal once, in slices of about 2 ms. Resolves with null when `signal` aborts. */
export async function sweep(journals: KnownJournals, rules: SilenceRules, signal: AbortSignal): Promise<Sweep | null> {
  const missing = new Top<StoreWithMissing>(LISTED, (one) => one.missing)
  const silent = new Top<Omit<SilentTerminal, 'longestPauseMs'> & { name: string }>(LISTED, (one) => one.lastAtMs)
  const sums = { stores: 0, journals: 0, storesWithMissing: 0, missingNumbers: 0, silentTerminals: 0, silentStores: 0 }
  const slices = new Slices()
  for (const [storeId, names] of journals.stores) {
    const store = await lookAt(journals, names, rules, slices)
    if (signal.aborted) return null
    sums.stores++
    sums.journals += store.journals
    sums.missingNumbers += store.missing
    if (store.missing > 0) {
      sums.storesWithMissing++
      missing.add({ storeId, missing: store.missing, journals: store.journalsWithMissing })
    }
    let [silentHere, sendingHere] = [0, 0]
    for (const [terminalId, { pace, lastAtMs, name }] of store.terminals) {
      if (pace === 'sending') sendingHere++
      if (pace !== 'silent') continue
      silentHere++
      silent.add({ storeId, terminalId, lastAtMs, name })
    }
    sums.silentTerminals += silentHere
    if (silentHere > 0 && sendingHere === 0) sums.silentStores++
  }
  const listed = silent.highest.map(({ name, ...terminal }) => {
    return { ...terminal, longestPauseMs: longestPauseOf(journals.packed(name) ?? '') ?? 0 }
  })
  return { ...sums, missing: missing.highest, silent: listed }
}
