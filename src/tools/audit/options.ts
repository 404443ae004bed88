import { parseFlags, UsageError } from '../terminal/flags.ts'

/** What `tillgate audit` was asked for. Times in milliseconds since 1970. */
export interface AuditArguments {
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
  /** Rising; undefined for all. */
  readonly partitions: readonly number[] | undefined
  readonly answers: string | undefined
  readonly verify: boolean
  readonly strict: boolean
  readonly all: boolean
  readonly json: boolean
}

const MAX_PARTITIONS = 10_000
/** RFC 3339: date, time with seconds, and an offset or Z. */
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/

/** Reads the arguments that follow `audit`. Throws `UsageError`. */
export function parseAuditArguments(args: readonly string[]): AuditArguments {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  const values = parseFlags(args, {
    ...{ 'from-time': text, 'to-time': text, partitions: text, answers: text },
    ...{ verify: flag, strict: flag, all: flag, json: flag },
  })
  const fromMs = timeMs('--from-time', values['from-time'])
  const toMs = timeMs('--to-time', values['to-time'])
  if (fromMs !== undefined && toMs !== undefined && toMs <= fromMs)
    throw new UsageError('--to-time must be after --from-time')
  const { answers, verify, strict, all, json } = values
  return { fromMs, toMs, partitions: partitionList(values.partitions), answers, verify, strict, all, json }
}

function timeMs(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const time = TIME.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN
  if (Number.isNaN(time)) throw new UsageError(`${name} must be RFC 3339, e.g. 2026-03-01T06:00:00+01:00`)
  return time
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
