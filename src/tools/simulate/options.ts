import { type GatewayTls, gatewayTls, TLS_OPTIONS } from '../gateway/gateway-tls.ts'
import { gatewayAddress } from '../gateway/gateway-url.ts'
import { TOKEN_FILE_OPTION, type TokenHeaders } from '../gateway/token.ts'
import { count } from '../terminal/count.ts'
import { type Form, number, oneOf, text, wholeNumber } from '../terminal/forms.ts'
import { UsageError } from '../terminal/input-errors.ts'
import { type Options, parseOptions } from '../terminal/options.ts'
import type { Load } from './arrivals.ts'
import type { WrongRates } from './wrong-tills.ts'

/** What `tillgate simulate` was asked for. */
export type SimulateArguments = { readonly json: boolean } & (
  | { readonly action: 'self-test' }
  | {
      readonly action: 'run'
      readonly run: Omit<Run, 'tokenHeaders'>
      readonly answers: string | undefined
      /** A new file for the summary as HTML. */
      readonly html: string | undefined
      readonly marks: string | undefined
      readonly tokenFile: string | undefined
    }
)

/** One run of many tills against one gateway. */
export interface Run {
  readonly url: URL
  readonly tls?: GatewayTls
  readonly tills: number
  readonly stores: number
  readonly load: Load
  /** How long invoices come in. */
  readonly seconds: number
  /** How long to wait afterwards for the answers that are still missing. */
  readonly drainSeconds: number
  readonly connections: number
  readonly tokenHeaders: TokenHeaders
  readonly answerTimeoutMs: number
  readonly wrong: WrongRates
  /** The same seed gives the same arrivals and baskets. */
  readonly seed: number
}

/** Bound on the invoices of one run. */
const MAX_INVOICES = 50_000_000

const burst: Form<NonNullable<Load['burst']>> = {
  words: 'FACTORxSECONDS/SECONDS (e.g. 5x10/60: five times the rate for 10 s of every 60 s)',
  read: readBurst,
}

const percent = number(0, 100)

export const SIMULATE_OPTIONS = {
  url: { value: 'URL', form: gatewayAddress, isRequired: true, help: 'the gateway or its load balancer' },
  'token-file': TOKEN_FILE_OPTION,
  ...TLS_OPTIONS,
  tills: { value: 'N', form: wholeNumber(1, 1_000_000), preset: 1_000, help: 'how many tills' },
  stores: {
    value: 'N',
    form: wholeNumber(1, 1_000_000),
    help: 'the stores that they are spread over',
    presetText: 'a quarter of the tills',
  },
  rate: { value: 'R', form: number(0.001, 1_000_000), preset: 100, help: 'invoices a second, on average' },
  seconds: {
    value: 'N',
    form: wholeNumber(1, 1_000_000),
    help: 'how long invoices come in',
    presetText: '60, or one day of the curve',
  },
  curve: {
    value: 'flat|day',
    form: oneOf('flat', 'day'),
    preset: 'flat',
    help: "the same rate all the time, or a supermarket's day from midnight on",
  },
  'day-seconds': {
    value: 'N',
    form: wholeNumber(10, 86_400),
    preset: 86_400,
    help: 'how long a day of the curve takes',
  },
  burst: {
    value: 'FxS/P',
    form: burst,
    help: 'F times the rate for S seconds of every P, e.g. 5x10/60; the mean stays',
    presetText: 'none',
  },
  connections: {
    value: 'N',
    form: wholeNumber(1, 10_000),
    preset: 256,
    help: 'connections that are kept alive and shared by all tills',
  },
  'answer-timeout-seconds': {
    value: 'N',
    form: wholeNumber(1, 3_600),
    preset: 40,
    help: 'a till that has no answer by then sends again',
  },
  'drain-seconds': {
    value: 'N',
    form: wholeNumber(0, 86_400),
    preset: 60,
    help: 'how long to wait at the end for definite answers',
  },
  seed: {
    value: 'N',
    form: wholeNumber(0, 2_147_483_647),
    preset: 1,
    help: 'the same seed gives the same arrivals and baskets',
  },
  'changed-percent': {
    value: 'P',
    form: percent,
    preset: 0,
    help: 'of the acknowledged invoices: the till sends the number again with other content',
  },
  'older-percent': {
    value: 'P',
    form: percent,
    preset: 0,
    help: 'of the acknowledged invoices: the till then sends an older one again',
  },
  'twins-percent': {
    value: 'P',
    form: percent,
    preset: 0,
    help: 'of the tills: so many share an identity with another, two and two',
  },
  answers: {
    value: 'FILE',
    form: text('the name of a file'),
    help: 'a new file with what every till was told, for tillgate audit --answers',
  },
  html: {
    value: 'FILE',
    form: text('the name of a file'),
    help: 'a new file for the summary as a page with charts, besides what is printed',
  },
  marks: {
    value: 'FILE',
    form: text('the name of a file'),
    help: 'what happened meanwhile, for the charts of --html (NDJSON, see docs/simulate.md); it may grow until the end',
  },
  json: { help: 'the summary as JSON, with the figures of each second' },
  'self-test': { help: 'measure servers whose latencies are known, and say whether that was right; only with --json' },
} as const satisfies Options

/** Reads the arguments that follow `simulate`. Throws `UsageError`. */
export function parseSimulateArguments(args: readonly string[]): SimulateArguments {
  if (args.includes('--self-test')) {
    if (args.some((argument) => !['--self-test', '--json'].includes(argument)))
      throw new UsageError('--self-test has servers of its own: give no other option but --json')
    return { action: 'self-test', json: args.includes('--json') }
  }
  const given = parseOptions(args, SIMULATE_OPTIONS)
  const { url, json, tills, curve, answers, html, marks } = given
  const { stores = Math.ceil(tills / 4), seconds = curve === 'day' ? given['day-seconds'] : 60 } = given
  if (stores > tills) throw new UsageError(`--stores must not be above --tills, which is ${count(tills)}`)
  if (given.rate * seconds > MAX_INVOICES)
    throw new UsageError(`--rate times --seconds must not be above ${count(MAX_INVOICES)}`)
  const wrong = {
    changedPercent: given['changed-percent'],
    olderPercent: given['older-percent'],
    twinsPercent: given['twins-percent'],
  }
  if (wrong.changedPercent + wrong.olderPercent > 100)
    throw new UsageError('--changed-percent and --older-percent together must not be above 100')
  if (wrong.twinsPercent > 0 && tills < 2) throw new UsageError('--twins-percent needs at least 2 --tills')
  const run = {
    ...{ url, tills, stores, seconds, tls: gatewayTls(given) },
    load: { ratePerSecond: given.rate, curve, daySeconds: given['day-seconds'], burst: given.burst },
    drainSeconds: given['drain-seconds'],
    connections: given.connections,
    answerTimeoutMs: 1_000 * given['answer-timeout-seconds'],
    wrong,
    seed: given.seed,
  }
  if (marks !== undefined && html === undefined) throw new UsageError('--marks needs --html: they are for its charts')
  if (html !== undefined && html === answers) throw new UsageError('--html and --answers must be different files')
  return { action: 'run', json, run, answers, html, marks, tokenFile: given['token-file'] }
}

function readBurst(text: string): Load['burst'] {
  const [, factor, seconds, everySeconds] = /^([\d.]+)x([\d.]+)\/([\d.]+)$/.exec(text) ?? []
  const range = number(0.1, 86_400)
  const burst = {
    factor: number(1, 1_000).read(factor ?? ''),
    seconds: range.read(seconds ?? ''),
    everySeconds: range.read(everySeconds ?? ''),
  }
  if (burst.factor === undefined || burst.seconds === undefined || burst.everySeconds === undefined) return undefined
  return burst.seconds < burst.everySeconds ? (burst as Load['burst']) : undefined
}
