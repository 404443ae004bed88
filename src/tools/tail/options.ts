import { oneOf, text, time, wholeNumber } from '../terminal/forms.ts'
import { UsageError } from '../terminal/input-errors.ts'
import { type Options, parseOptions } from '../terminal/options.ts'

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

export const TAIL_OPTIONS = {
  from: {
    value: 'beginning|end',
    form: oneOf('beginning', 'end'),
    help: 'where to start',
    presetText: 'end; with --exit-at-end beginning',
  },
  'from-time': {
    value: 'TIME',
    form: time,
    help: 'start with the first record of this time or later (RFC 3339; the time in the log)',
  },
  partition: { value: 'N', form: wholeNumber(0, 99_999), help: 'only this partition', presetText: 'all' },
  offset: {
    value: 'N',
    form: wholeNumber(0, 999_999_999_999_999),
    help: 'start at this offset; needs --partition',
  },
  key: { value: 'KEY', form: text('the key of records: a store'), help: 'only records with this key: a store' },
  limit: { value: 'N', form: wholeNumber(1, 999_999_999_999_999), help: 'stop after N records', presetText: 'never' },
  'exit-at-end': { help: 'stop at the present end of the topic, instead of following it' },
  json: { help: 'one JSON object per line: partition, offset, timestamp, key, headers, value' },
  lines: { help: 'only the values, one per line, as in a journal' },
  raw: { help: 'only the values, byte for byte, with nothing between them' },
} as const satisfies Options

/** Reads the arguments that follow `tail`. Throws `UsageError`. */
export function parseTailArguments(args: readonly string[]): TailArguments {
  const values = parseOptions(args, TAIL_OPTIONS)
  const { from, key, limit, partition, offset, 'exit-at-end': exitAtEnd } = values
  const begins = (['from', 'from-time', 'offset'] as const).filter((name) => values[name] !== undefined)
  if (begins.length > 1) throw new UsageError(`--${begins.join(' and --')} each say where to start: give only one`)
  const formats = (['json', 'lines', 'raw'] as const).filter((name) => values[name])
  if (formats.length > 1) throw new UsageError(`--${formats.join(' and --')} are different forms: give only one`)
  if (offset !== undefined && partition === undefined)
    throw new UsageError('--offset needs --partition: each partition has offsets of its own')
  return {
    from: from ?? (exitAtEnd ? 'beginning' : 'end'),
    fromMs: values['from-time'],
    ...{ partition, offset, key, exitAtEnd },
    limit: limit ?? Number.POSITIVE_INFINITY,
    format: formats[0] ?? 'text',
  }
}
