import { number, text, wholeNumber } from '../terminal/forms.ts'
import { UsageError } from '../terminal/input-errors.ts'
import { type Options, parseOptions, type Values } from '../terminal/options.ts'
import { suggestion } from '../terminal/suggestion.ts'
import { visibleText } from '../terminal/visible-text.ts'
import { BROKER_CORES, BROKER_CPU_MICROSECONDS, GATEWAY_RATE, type PlanInput } from './plan.ts'

/** What `tillgate topics` was asked for. */
export type TopicsArguments =
  | { readonly action: 'plan'; readonly json: boolean; readonly input: PlanInput }
  | { readonly action: 'create'; readonly json: boolean; readonly dedup: boolean; readonly wanted: WantedTopic }
  | {
      readonly action: 'check'
      readonly json: boolean
      /** Whether the topics of `tillgate dedup` are meant, too. */
      readonly dedup: boolean
      readonly retentionMs: number | undefined
    }
  | {
      readonly action: 'grow'
      readonly json: boolean
      readonly yes: boolean
      readonly atOnce: number
      readonly deadlineMs: number
      /** Bytes a second that are copied into and out of each broker at most; undefined: no throttle. */
      readonly throttleBytes: number | undefined
      /** Where the present assignment goes; undefined: it is printed. */
      readonly undoFile: string | undefined
    }

/** The topic to create: as planned, or as the flags say; what is undefined has a default. */
export type WantedTopic =
  | { readonly input: PlanInput }
  | {
      readonly input: undefined
      /** Default: KAFKA_PARTITIONS. */
      readonly partitions: number | undefined
      readonly replicationFactor: number
      readonly retentionDays: number
    }

const DEDUP_OPTION = {
  dedup: { help: 'also the topics of tillgate dedup: KAFKA_TOPIC.unique, .conflicts and .journals' },
} as const satisfies Options
const JSON_OPTION = { json: { help: 'the result as JSON' } } as const satisfies Options
const DEFAULT_RETENTION_DAYS = 7
const retentionDays = number(0.01, 36_500)

/** Both the three numbers that a plan needs, and those that have a default. */
const PLAN_NUMBERS = {
  stores: { value: 'N', form: wholeNumber(1, 10_000_000), help: 'how many stores' },
  'invoices-per-day': { value: 'N', form: wholeNumber(1, 1e12), help: 'invoices of all stores on a normal day' },
  brokers: { value: 'N', form: wholeNumber(1, 1_000), help: 'how many brokers' },
} as const satisfies Options

const PLAN_DETAILS = {
  'invoice-bytes': { value: 'N', form: wholeNumber(200, 800_000), preset: 1_600, help: 'mean size of an invoice' },
  'peak-factor': {
    value: 'F',
    form: number(1, 1_000),
    preset: 8,
    help: 'busiest minute of the year over the mean of a normal day',
  },
  'retention-days': {
    value: 'D',
    form: retentionDays,
    preset: DEFAULT_RETENTION_DAYS,
    help: 'how long invoices stay',
  },
  'gateway-rate': {
    value: 'N',
    form: wholeNumber(1, 1_000_000),
    preset: GATEWAY_RATE,
    help: 'invoices a second planned for one gateway',
  },
  'broker-cores': { value: 'N', form: wholeNumber(1, 512), preset: BROKER_CORES, help: 'cores of a broker' },
  'broker-cpu-us': {
    value: 'N',
    form: wholeNumber(1, 1_000_000),
    preset: BROKER_CPU_MICROSECONDS,
    help: 'microseconds of a core that an invoice costs all its brokers together',
  },
} as const satisfies Options

export const PLAN_OPTIONS = {
  stores: { ...PLAN_NUMBERS.stores, isRequired: true },
  'invoices-per-day': { ...PLAN_NUMBERS['invoices-per-day'], isRequired: true },
  brokers: { ...PLAN_NUMBERS.brokers, isRequired: true },
  ...PLAN_DETAILS,
  ...DEDUP_OPTION,
  ...JSON_OPTION,
} as const satisfies Options

export const CREATE_OPTIONS = {
  partitions: {
    value: 'N',
    form: wholeNumber(1, 10_000),
    help: 'partitions of the topic; fixed for its life',
    presetText: 'KAFKA_PARTITIONS',
  },
  'replication-factor': {
    value: 'N',
    form: wholeNumber(1, 100),
    help: 'brokers that hold each invoice',
    presetText: '3',
  },
  ...PLAN_NUMBERS,
  ...PLAN_DETAILS,
  ...DEDUP_OPTION,
  ...JSON_OPTION,
} as const satisfies Options

export const CHECK_OPTIONS = {
  'retention-days': { value: 'D', form: retentionDays, help: 'how long invoices have to stay at least' },
  ...DEDUP_OPTION,
  ...JSON_OPTION,
} as const satisfies Options

export const GROW_OPTIONS = {
  yes: { help: 'do it; without it the moves are only shown' },
  throttle: {
    value: 'N',
    form: wholeNumber(10_000, 1e12),
    help: 'copy at most N bytes a second into each broker; removed at the end, also after Ctrl-C',
    presetText: 'no limit',
  },
  'undo-file': {
    value: 'FILE',
    form: text('the name of a file'),
    help: 'a new file for the present assignment, as kafka-reassign-partitions.sh takes it',
    presetText: 'it is printed, with --json as a line of standard error',
  },
  'at-once': { value: 'N', form: wholeNumber(1, 1_000), preset: 5, help: 'partitions that move at the same time' },
  'deadline-minutes': { value: 'N', form: wholeNumber(1, 20_000), preset: 720, help: 'when to give up waiting' },
  ...JSON_OPTION,
} as const satisfies Options

const ACTIONS = ['plan', 'create', 'check', 'grow'] as const
const DAY_MS = 86_400_000

/** Reads the arguments that follow `topics`. Throws `UsageError`. */
export function parseTopicsArguments([typed, ...args]: readonly string[]): TopicsArguments {
  if (typed === undefined) throw new UsageError('topics: plan, create, check or grow?')
  const action = ACTIONS.find((name) => name === typed)
  if (action === undefined)
    throw new UsageError(`topics: plan, create, check or grow, not ${visibleText(typed)}${suggestion(typed, ACTIONS)}`)
  switch (action) {
    case 'plan': {
      const given = parseOptions(args, PLAN_OPTIONS)
      return { action, json: given.json, input: planInput(given) }
    }
    case 'create': {
      const given = parseOptions(args, CREATE_OPTIONS)
      return { action, json: given.json, dedup: given.dedup, wanted: wantedTopic(given) }
    }
    case 'check': {
      const { json, dedup, 'retention-days': days } = parseOptions(args, CHECK_OPTIONS)
      return { action, json, dedup, retentionMs: days === undefined ? undefined : days * DAY_MS }
    }
    case 'grow': {
      const given = parseOptions(args, GROW_OPTIONS)
      const { json, yes, throttle: throttleBytes, 'at-once': atOnce, 'undo-file': undoFile } = given
      return { action, json, yes, atOnce, deadlineMs: given['deadline-minutes'] * 60_000, throttleBytes, undoFile }
    }
  }
}

function planInput(given: Values<typeof PLAN_OPTIONS>): PlanInput {
  return {
    stores: given.stores,
    invoicesPerDay: given['invoices-per-day'],
    brokers: given.brokers,
    invoiceBytes: given['invoice-bytes'],
    peakFactor: given['peak-factor'],
    retentionDays: given['retention-days'],
    gatewayRate: given['gateway-rate'],
    brokerCores: given['broker-cores'],
    brokerCpuMicroseconds: given['broker-cpu-us'],
    dedup: given.dedup,
  }
}

/** A plan as soon as one of the numbers is given that only a plan needs. */
function wantedTopic(given: Values<typeof CREATE_OPTIONS>): WantedTopic {
  const { stores, brokers, 'invoices-per-day': invoicesPerDay, partitions } = given
  if (stores === undefined && brokers === undefined && invoicesPerDay === undefined)
    return {
      input: undefined,
      partitions,
      replicationFactor: given['replication-factor'] ?? 3,
      retentionDays: given['retention-days'],
    }
  for (const name of ['partitions', 'replication-factor'] as const)
    if (given[name] !== undefined)
      throw new UsageError(`--${name} comes from the plan: give either it or the plan's numbers`)
  if (stores === undefined || brokers === undefined || invoicesPerDay === undefined)
    throw new UsageError('a plan needs --stores, --invoices-per-day and --brokers')
  return { input: planInput({ ...given, stores, brokers, 'invoices-per-day': invoicesPerDay }) }
}
