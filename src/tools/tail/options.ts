import { numberOf, parseFlags, timeOf, UsageError } from '../terminal/flags.ts'

/** What `tillgate tail` was asked for. */
export interface TailArguments {
  /** Where to start in every partition, unless `fromMs` or `offset` is given. */
  readonly from: 'beginning' | 'end'
  /** Milliseconds since 1970: start with the first record of this time or later. */
  readonly fromMs: number | undefined
  readonly partition: number | undefined
  readonly offset: number | undefined
  /** Only records with this key. */
  readonly key: string | undefined
  /** Most records; infinity: all. */
  readonly limit: number
  readonly exitAtEnd: boolean
  readonly format: TailFormat
}

export type TailFormat = 'text' | 'json' | 'lines' | 'raw'

/** Reads the arguments that follow `tail`. Throws `UsageError`. */
export function parseTailArguments(args: readonly string[]): TailArguments {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  const values = parseFlags(args, {
    ...{ from: text, 'from-time': text, partition: text, offset: text, key: text, limit: text },
    ...{ 'exit-at-end': flag, json: flag, lines: flag, raw: flag },
  })
  const { from, key, 'exit-at-end': exitAtEnd } = values
  if (from !== undefined && from !== 'beginning' && from !== 'end')
    throw new UsageError('--from must be beginning or end')
  const begins = (['from', 'from-time', 'offset'] as const).filter((name) => values[name] !== undefined)
  if (begins.length > 1) throw new UsageError(`--${begins.join(' and --')} each say where to start: give only one`)
  const formats = (['json', 'lines', 'raw'] as const).filter((name) => values[name])
  if (formats.length > 1) throw new UsageError(`--${formats.join(' and --')} are different forms: give only one`)
  const partition = optionalNumber('--partition', values.partition, 0, 99_999)
  const offset = optionalNumber('--offset', values.offset, 0, Number.MAX_SAFE_INTEGER)
  if (offset !== undefined && partition === undefined)
    throw new UsageError('--offset needs --partition: each partition has offsets of its own')
  return {
    from: from ?? (exitAtEnd ? 'beginning' : 'end'),
    fromMs: timeOf('--from-time', values['from-time']),
    ...{ partition, offset, key, exitAtEnd },
    limit: optionalNumber('--limit', values.limit, 1, 999_999_999_999_999) ?? Number.POSITIVE_INFINITY,
    format: formats[0] ?? 'text',
  }
}

function optionalNumber(flag: string, text: string | undefined, min: number, max: number): number | undefined {
  return text === undefined ? undefined : numberOf(flag, text, { min, max })
}
