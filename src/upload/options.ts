import { parseArgs } from 'node:util'
import { CODINGS, type Coding } from './cut-request.ts'

/** What `tillgate upload` was asked for. */
export interface UploadArguments {
  readonly files: readonly string[]
  /** Of the gateway; ends with a slash. */
  readonly url: URL
  readonly coding: Coding
  /** Most invoices in a request. */
  readonly maxInvoices: number
  /** Files that are sent at once. */
  readonly parallel: number
  /** How long a file may get nowhere; undefined: for ever. */
  readonly giveUpAfterMs: number | undefined
  readonly answers: string | undefined
  readonly again: boolean
  readonly json: boolean
  readonly help: boolean
}

/** The arguments are wrong; the message says which. */
export class UploadUsageError extends Error {}

/** Reads the arguments that follow `upload`. Throws `UploadUsageError`. */
export function parseUploadArguments(args: readonly string[]): UploadArguments {
  const { values, positionals: files } = parse(args)
  const { answers, again, json, help } = values
  if (files.length === 0 && !help) throw new UploadUsageError('which files?')
  const giveUpAfter = values['give-up-after']
  return {
    files,
    url: gatewayUrl(values.url),
    coding: coding(values),
    maxInvoices: wholeNumber('--invoices', values.invoices, 100_000),
    parallel: wholeNumber('--parallel', values.parallel, 64),
    giveUpAfterMs:
      giveUpAfter === undefined ? undefined : 1_000 * wholeNumber('--give-up-after', giveUpAfter, 31_536_000),
    answers,
    again,
    json,
    help,
  }
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string', default: 'http://127.0.0.1:8080' },
        gzip: flag,
        zstd: flag,
        'no-compression': flag,
        invoices: { type: 'string', default: '1000' },
        parallel: { type: 'string', default: '1' },
        'give-up-after': { type: 'string' },
        answers: { type: 'string' },
        again: flag,
        json: flag,
        help: { ...flag, short: 'h' },
      },
    })
  } catch (error) {
    throw new UploadUsageError((error as Error).message)
  }
}

function gatewayUrl(text: string): URL {
  const url = URL.parse(text)
  const isUsable = url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
  if (!isUsable) throw new UploadUsageError('--url must be one of http or https, e.g. http://127.0.0.1:8080')
  if (url.username !== '' || url.password !== '') throw new UploadUsageError('--url must not hold a name or password')
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

function coding(values: { gzip: boolean; zstd: boolean; 'no-compression': boolean }): Coding {
  const chosen = CODINGS.filter((name) => values[name === 'identity' ? 'no-compression' : name])
  if (chosen.length > 1) throw new UploadUsageError('one of --gzip, --zstd and --no-compression')
  return chosen[0] ?? 'gzip'
}

function wholeNumber(name: string, text: string, max: number): number {
  if (!/^[1-9]\d{0,8}$/.test(text) || Number(text) > max)
    throw new UploadUsageError(`${name} must be a number from 1 to ${max}`)
  return Number(text)
}
