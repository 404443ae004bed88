import { type GatewayTls, gatewayTls, TLS_OPTIONS } from '../gateway/gateway-tls.ts'
import { gatewayAddress, gatewayUrl } from '../gateway/gateway-url.ts'
import { TOKEN_FILE_OPTION } from '../gateway/token.ts'
import { text, wholeNumber } from '../terminal/forms.ts'
import { UsageError } from '../terminal/input-errors.ts'
import { type Options, parseOptionsAndFiles } from '../terminal/options.ts'
import { REQUEST_CODINGS, type RequestCoding } from './cut-request.ts'

/** What `tillgate upload` was asked for. */
export interface UploadArguments {
  readonly files: readonly string[]
  /** Of the gateway; ends with a slash. */
  readonly url: URL
  readonly tokenFile: string | undefined
  readonly tls: GatewayTls
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
  /** Ask the gateway first which invoices are in Kafka, and leave them out. */
  readonly resume: boolean
  readonly json: boolean
}

const DEFAULT_URL = 'http://127.0.0.1:8080'

export const UPLOAD_OPTIONS = {
  url: { value: 'URL', form: gatewayAddress, help: 'the gateway', presetText: DEFAULT_URL },
  'token-file': TOKEN_FILE_OPTION,
  ...TLS_OPTIONS,
  gzip: { help: 'compress requests with gzip; this is the default' },
  zstd: { help: 'compress them with zstd' },
  'no-compression': { help: 'do not compress them' },
  invoices: { value: 'N', form: wholeNumber(1, 100_000), preset: 1_000, help: 'most invoices in a request' },
  parallel: {
    value: 'N',
    form: wholeNumber(1, 64),
    preset: 1,
    help: 'files at once; never files with the same terminal',
  },
  'keep-going': { help: 'if a file fails, send the others; not for files with the same terminal' },
  'give-up-after': {
    value: 'SECONDS',
    form: wholeNumber(1, 31_536_000),
    help: 'give a file up after this long without progress',
    presetText: 'never',
  },
  answers: {
    value: 'FILE',
    form: text('the name of a file'),
    help: 'append the answer to each attempt, for tillgate audit --answers',
  },
  resume: { help: 'ask the gateway which invoices are in Kafka, and send only the others' },
  again: { help: 'start over, instead of continuing from FILE.progress' },
  'dry-run': { help: 'read the files and say what would be sent; send and write nothing' },
  json: { help: 'the report as JSON' },
} as const satisfies Options

/** Reads the arguments that follow `upload`. Throws `UsageError`. */
export function parseUploadArguments(args: readonly string[]): UploadArguments {
  const { values, files } = parseOptionsAndFiles(args, UPLOAD_OPTIONS)
  if (files.length === 0) throw new UsageError('which files? tillgate upload FILE...; - is standard input')
  const { 'give-up-after': giveUpAfterSeconds, 'keep-going': keepGoing, 'dry-run': dryRun } = values
  const { invoices, parallel, answers, again, resume, json } = values
  if (resume && dryRun) throw new UsageError('--dry-run asks no gateway: it cannot have --resume')
  return {
    ...{ files, parallel, answers, again, resume, keepGoing, dryRun, json },
    url: values.url ?? gatewayUrl(DEFAULT_URL),
    tokenFile: values['token-file'],
    tls: gatewayTls(values),
    coding: coding(values),
    maxInvoices: invoices,
    giveUpAfterMs: giveUpAfterSeconds === undefined ? undefined : 1_000 * giveUpAfterSeconds,
  }
}

function coding(values: { gzip: boolean; zstd: boolean; 'no-compression': boolean }): RequestCoding {
  const chosen = REQUEST_CODINGS.filter((name) => values[name === 'identity' ? 'no-compression' : name])
  if (chosen.length > 1) throw new UsageError('give only one of --gzip, --zstd and --no-compression')
  return chosen[0] ?? 'gzip'
}
