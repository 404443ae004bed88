import type { JournalName } from '../../invoice/identity.ts'
import { type Form, text, time } from '../terminal/forms.ts'
import { UsageError } from '../terminal/input-errors.ts'
import { type Options, parseOptions } from '../terminal/options.ts'
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
  /** Whether `.unique` and `.conflicts` are judged; `ifThere` does not ask for them. */
  readonly unique: 'required' | 'ifThere' | 'no'
  readonly verify: boolean
  readonly strict: boolean
  readonly all: boolean
  readonly json: boolean
  /** A new file for the report as HTML. */
  readonly html: string | undefined
}

const MAX_PARTITIONS = 10_000

const partitionList: Form<readonly number[]> = {
  words: `numbers from 0 to ${MAX_PARTITIONS - 1} and ranges of them (e.g. 0,3,8-11)`,
  read: readPartitions,
}
const storeList: Form<readonly string[]> = {
  words: 'names of stores (e.g. S1,S2)',
  read: (text) => (text.split(',').every(isName) ? text.split(',') : undefined),
}
const journalList: Form<readonly JournalName[]> = {
  words: 'STORE/TERMINAL/JOURNAL (e.g. S1/T1/J1,S1/T2/J1)',
  read(text) {
    const journals = text.split(',').map(journalOf)
    return journals.every((journal) => journal !== undefined) ? journals : undefined
  },
}

export const AUDIT_OPTIONS = {
  'from-time': { value: 'TIME', form: time, help: 'only records from this time on (RFC 3339; the time in the log)' },
  'to-time': { value: 'TIME', form: time, help: 'only records before this time' },
  partitions: {
    value: 'LIST',
    form: partitionList,
    help: 'only these partitions, e.g. 0,3,8-11',
    presetText: 'all',
  },
  answers: {
    value: 'FILE',
    form: text('the name of a file'),
    help: 'what the tills were told (NDJSON, see docs/audit.md): finds lost, altered and excess invoices',
  },
  stores: { value: 'LIST', form: storeList, help: 'only invoices of these stores, e.g. S1,S2', presetText: 'all' },
  journals: {
    value: 'LIST',
    form: journalList,
    help: 'only invoices of these journals, e.g. S1/T1/J1,S1/T2/J1',
    presetText: 'all',
  },
  'named-only': {
    help: 'only invoices that the answers name, not those that others sent meanwhile; needs --answers',
  },
  unique: { help: '.unique and .conflicts must be there: by default they are judged if they are' },
  'raw-only': { help: 'leave .unique and .conflicts out' },
  verify: { help: 'parse every value and compare its identity with the headers' },
  strict: { help: 'duplicates, missing numbers, tombstones and foreign records break the promise too' },
  all: { help: 'show every journal, not only those with findings' },
  json: { help: 'the report as JSON' },
  html: {
    value: 'FILE',
    form: text('the name of a file'),
    help: 'a new file for the report as a page with charts, besides what is printed',
  },
} as const satisfies Options

/** Reads the arguments that follow `audit`. Throws `UsageError`. */
export function parseAuditArguments(args: readonly string[]): AuditArguments {
  const values = parseOptions(args, AUDIT_OPTIONS)
  const { 'from-time': fromMs, 'to-time': toMs, 'named-only': namedOnly } = values
  if (fromMs !== undefined && toMs !== undefined && toMs <= fromMs)
    throw new UsageError('--to-time must be after --from-time')
  const { partitions, answers, verify, strict, all, json, html } = values
  if (namedOnly && answers === undefined) throw new UsageError('--named-only needs --answers: they name the invoices')
  const isWanted = wanted(values.stores, values.journals)
  const isOfAll = isWanted === undefined && !namedOnly
  if (values.unique && values['raw-only']) throw new UsageError('--unique and --raw-only contradict each other')
  if (values.unique && !isOfAll)
    throw new UsageError('--unique judges all invoices: leave out --stores, --journals and --named-only')
  const unique = values.unique ? 'required' : values['raw-only'] || !isOfAll ? 'no' : 'ifThere'
  return { fromMs, toMs, partitions, answers, isWanted, namedOnly, unique, verify, strict, all, json, html }
}

/** Whether a journal is in both lists. A list that is not given contains every journal. */
function wanted(
  stores: readonly string[] | undefined,
  journals: readonly JournalName[] | undefined,
): AuditArguments['isWanted'] {
  if (stores === undefined && journals === undefined) return undefined
  const [storeSet, sourceSet] = [stores && new Set(stores), journals && new Set(journals.map(sourceOf))]
  return (journal) => (storeSet?.has(journal.storeId) ?? true) && (sourceSet?.has(sourceOf(journal)) ?? true)
}

function readPartitions(text: string): number[] | undefined {
  const partitions = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []
    if (first === undefined || Number(last) < Number(first) || Number(last) >= MAX_PARTITIONS) return undefined
    for (let partition = Number(first); partition <= Number(last); partition++) partitions.add(partition)
  }
  return [...partitions].sort((a, b) => a - b)
}
