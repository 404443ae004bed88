import { gatewayUrl } from '../gateway/gateway-url.ts'
import { numberOf, parseFlagsAndFiles, UsageError } from '../terminal/flags.ts'
import { REQUEST_CODINGS, type RequestCoding } from './cut-request.ts'

/** What `tillgate upload` was asked for. */
export interface UploadArguments {
  readonly files: readonly string[]
  /** Of the gateway; ends with a slash. */
  readonly url: URL
  readonly coding: RequestCoding
  /** Most invoices in a request. */
  readonly maxInvoices: number
  /** How many files are sent at once. */
  readonly parallel: number
  /** How long a file may make no progress; undefined: for ever. */
  readonly giveUpAfterMs: number | undefined
  readonly answers: string | undefined
  readonly again: boolean
  /** Start the next file even if one did not finish. */
  readonly keepGoing: boolean
  /** Only report what would be sent: nothing is sent or written. */
  readonly dryRun: boolean
  readonly json: boolean
}

/** Reads the arguments that follow `upload`. Throws `UsageError`. */
export function parseUploadArguments(args: readonly string[]): UploadArguments {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  const { values, files } = parseFlagsAndFiles(args, {
    ...{ gzip: flag, zstd: flag, 'no-compression': flag, again: flag, json: flag, 'keep-going': flag, 'dry-run': flag },
    ...{ 'give-up-after': text, answers: text },
    url: { ...text, default: 'http://127.0.0.1:8080' },
    invoices: { ...text, default: '1000' },
    parallel: { ...text, default: '1' },
  })
  const { answers, again, json } = values
  if (files.length === 0) throw new UsageError('which files?')
  const giveUpAfter = values['give-up-after']
  return {
    files,
    url: gatewayUrl(values.url),
    coding: coding(values),
    maxInvoices: numberOf('--invoices', values.invoices, { min: 1, max: 100_000 }),
    parallel: numberOf('--parallel', values.parallel, { min: 1, max: 64 }),
    giveUpAfterMs:
      giveUpAfter === undefined
        ? undefined
        : 1_000 * numberOf('--give-up-after', giveUpAfter, { min: 1, max: 31_536_000 }),
    answers,
    again,
    keepGoing: values['keep-going'],
    dryRun: values['dry-run'],
    json,
  }
}

function coding(values: { gzip: boolean; zstd: boolean; 'no-compression': boolean }): RequestCoding {
  const chosen = REQUEST_CODINGS.filter((name) => values[name === 'identity' ? 'no-compression' : name])
  if (chosen.length > 1) throw new UsageError('give only one of --gzip, --zstd and --no-compression')
  return chosen[0] ?? 'gzip'
}
