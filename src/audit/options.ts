import { parseArgs } from 'node:util'

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
  readonly help: boolean
}

/** The arguments are wrong; the message says which. */
export class AuditUsageError extends Error {}

const MAX_PARTITIONS = 10_000
/** RFC 3339: date, time with seconds, and an offset or Z. */
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/

/** Reads the arguments that follow `audit`. Throws `AuditUsageError`. */
export function parseAuditArguments(args: readonly string[]): AuditArguments {
  const values = parse(args)
  const fromMs = timeMs('--from-time', values['from-time'])
  const toMs = timeMs('--to-time', values['to-time'])
  if (fromMs !== undefined && toMs !== undefined && toMs <= fromMs)
    throw new AuditUsageError('--to-time must be after --from-time')
  const { answers, verify, strict, all, json, help } = values
  return { fromMs, toMs, partitions: partitionList(values.partitions), answers, verify, strict, all, json, help }
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        'from-time': { type: 'string' },
        'to-time': { type: 'string' },
        partitions: { type: 'string' },
        answers: { type: 'string' },
        verify: flag,
        strict: flag,
        all: flag,
        json: flag,
        help: { ...flag, short: 'h' },
      },
    }).values
  } catch (error) {
    throw new AuditUsageError((error as Error).message)
  }
}

function timeMs(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const time = TIME.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN
  if (Number.isNaN(time)) throw new AuditUsageError(`${name} must be RFC 3339, e.g. 2026-03-01T06:00:00+01:00`)
  return time
}

function partitionList(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined
  const partitions = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []
    if (first === undefined || Number(last) < Number(first) || Number(last) >= MAX_PARTITIONS)
      throw new AuditUsageError('--partitions must be numbers and ranges of them, e.g. 0,3,8-11')
    for (let partition = Number(first); partition <= Number(last); partition++) partitions.add(partition)
  }
  return [...partitions].sort((a, b) => a - b)
}
