import { gatewayUrl } from '../gateway/gateway-url.ts'
import { count } from '../terminal/count.ts'
import { numberOf, parseFlags, UsageError } from '../terminal/flags.ts'
import type { Load } from './arrivals.ts'

/** What `tillgate simulate` was asked for. */
export type SimulateArguments = { readonly json: boolean } & (
  | { readonly action: 'self-test' }
  | { readonly action: 'run'; readonly run: Run; readonly answers: string | undefined }
)

/** One run of many tills against one gateway. */
export interface Run {
  readonly url: URL
  readonly tills: number
  readonly stores: number
  readonly load: Load
  /** How long invoices come in. */
  readonly seconds: number
  /** How long to wait afterwards for the answers that are still missing. */
  readonly drainSeconds: number
  readonly connections: number
  readonly answerTimeoutMs: number
  /** The same seed gives the same arrivals and baskets. */
  readonly seed: number
}

/** Bound on the invoices of one run. */
const MAX_INVOICES = 50_000_000
const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const OPTIONS = {
  url: text,
  tills: text,
  stores: text,
  rate: text,
  seconds: text,
  curve: text,
  'day-seconds': text,
  burst: text,
  connections: text,
  'answer-timeout-seconds': text,
  'drain-seconds': text,
  seed: text,
  answers: text,
  'self-test': flag,
  json: flag,
}

type NumberFlag = Exclude<keyof typeof OPTIONS, 'url' | 'curve' | 'burst' | 'answers' | 'self-test' | 'json'>

/** Reads the arguments that follow `simulate`. Throws `UsageError`. */
export function parseSimulateArguments(args: readonly string[]): SimulateArguments {
  const given = parseFlags(args, OPTIONS)
  const { json } = given
  if (given['self-test']) return { action: 'self-test', json }
  const number = (name: NumberFlag, preset: number, min: number, max: number, isReal = false) => {
    const text = given[name]
    return text === undefined ? preset : numberOf(`--${name}`, text, { min, max, isReal })
  }

  const tills = number('tills', 1_000, 1, 1_000_000)
  const daySeconds = number('day-seconds', 86_400, 10, 86_400)
  const curve = given.curve ?? 'flat'
  if (curve !== 'flat' && curve !== 'day') throw new UsageError('--curve must be flat or day')
  const run = {
    url: urlOf(given.url),
    tills,
    stores: number('stores', Math.ceil(tills / 4), 1, tills),
    load: {
      ratePerSecond: number('rate', 100, 0.001, 1_000_000, true),
      curve,
      daySeconds,
      burst: burstOf(given.burst),
    },
    seconds: number('seconds', curve === 'day' ? daySeconds : 60, 1, 1_000_000),
    drainSeconds: number('drain-seconds', 60, 0, 86_400),
    connections: number('connections', 256, 1, 10_000),
    answerTimeoutMs: 1_000 * number('answer-timeout-seconds', 40, 1, 3_600),
    seed: number('seed', 1, 0, 2_147_483_647),
  } as const
  if (run.load.ratePerSecond * run.seconds > MAX_INVOICES)
    throw new UsageError(`--rate times --seconds must not be above ${count(MAX_INVOICES)}`)
  return { action: 'run', json, run, answers: given.answers }
}

function urlOf(text: string | undefined): URL {
  if (text === undefined)
    throw new UsageError('--url is required: the gateway or its load balancer, e.g. http://127.0.0.1:8080')
  return gatewayUrl(text)
}

function burstOf(text: string | undefined): Load['burst'] {
  if (text === undefined) return undefined
  const [, factor = '', seconds = '', everySeconds = ''] = /^([\d.]+)x([\d.]+)\/([\d.]+)$/.exec(text) ?? []
  const range = { min: 0.1, max: 86_400, isReal: true }
  try {
    const burst = {
      factor: numberOf('', factor, { min: 1, max: 1_000, isReal: true }),
      seconds: numberOf('', seconds, range),
      everySeconds: numberOf('', everySeconds, range),
    }
    if (burst.seconds < burst.everySeconds) return burst
  } catch {}
  throw new UsageError(
    '--burst must be FACTORxSECONDS/SECONDS, e.g. 5x10/60: five times the rate for 10 s of every 60 s',
  )
}
