import { numberOf, parseFlags, UsageError } from '../terminal/flags.ts'
import { suggestion } from '../terminal/suggestion.ts'
import { BROKER_CORES, BROKER_CPU_MICROSECONDS, GATEWAY_RATE, type PlanInput } from './plan.ts'

/** What `tillgate topics` was asked for. */
export type TopicsArguments =
  | { readonly action: 'plan'; readonly json: boolean; readonly input: PlanInput }
  | { readonly action: 'create'; readonly json: boolean; readonly wanted: WantedTopic }
  | { readonly action: 'check'; readonly json: boolean; readonly retentionMs: number | undefined }
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

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const EVERY_ACTION = { json: flag }
const PLAN = {
  stores: text,
  'invoices-per-day': text,
  brokers: text,
  'invoice-bytes': text,
  'peak-factor': text,
  'retention-days': text,
  'gateway-rate': text,
  'broker-cores': text,
  'broker-cpu-us': text,
}
const OPTIONS = {
  plan: { ...EVERY_ACTION, ...PLAN },
  create: { ...EVERY_ACTION, ...PLAN, partitions: text, 'replication-factor': text },
  check: { ...EVERY_ACTION, 'retention-days': text },
  grow: { ...EVERY_ACTION, yes: flag, 'at-once': text, 'deadline-minutes': text, throttle: text, 'undo-file': text },
}
const DAY_MS = 86_400_000
const RETENTION_DAYS = { min: 0.01, max: 36_500, isReal: true }
const DEFAULT_RETENTION_DAYS = 7

/** Reads the arguments that follow `topics`. Throws `UsageError`. */
export function parseTopicsArguments([action, ...args]: readonly string[]): TopicsArguments {
  if (action === undefined) throw new UsageError('topics: plan, create, check or grow?')
  if (!Object.hasOwn(OPTIONS, action))
    throw new UsageError(
      `topics: plan, create, check or grow, not ${action}${suggestion(action, Object.keys(OPTIONS))}`,
    )
  const given = parseFlags(args, OPTIONS[action as keyof typeof OPTIONS]) as Given
  const { json = false, yes = false } = given
  switch (action) {
    case 'plan':
      return { action, json, input: planInput(given) }
    case 'create':
      return { action, json, wanted: wantedTopic(given) }
    case 'check': {
      const days = optional(given, 'retention-days', RETENTION_DAYS)
      return { action, json, retentionMs: days === undefined ? undefined : days * DAY_MS }
    }
    default: {
      const atOnce = optional(given, 'at-once', { min: 1, max: 1_000 }) ?? 5
      const minutes = optional(given, 'deadline-minutes', { min: 1, max: 20_000 }) ?? 720
      const throttleBytes = optional(given, 'throttle', { min: 10_000, max: 1e12 })
      const undoFile = given['undo-file']
      return { action: 'grow', json, yes, atOnce, deadlineMs: minutes * 60_000, throttleBytes, undoFile }
    }
  }
}

type Given = { readonly [name in TextFlag]?: string } & { readonly [name in 'json' | 'yes']?: boolean }
type TextFlag = keyof typeof PLAN | 'partitions' | 'replication-factor' | GrowFlag
type GrowFlag = 'at-once' | 'deadline-minutes' | 'throttle' | 'undo-file'

function planInput(given: Given): PlanInput {
  return {
    stores: required(given, 'stores', 10_000_000),
    invoicesPerDay: required(given, 'invoices-per-day', 1e12),
    brokers: required(given, 'brokers', 1_000),
    invoiceBytes: optional(given, 'invoice-bytes', { min: 200, max: 800_000 }) ?? 1_600,
    peakFactor: optional(given, 'peak-factor', { min: 1, max: 1_000, isReal: true }) ?? 8,
    retentionDays: optional(given, 'retention-days', RETENTION_DAYS) ?? DEFAULT_RETENTION_DAYS,
    gatewayRate: optional(given, 'gateway-rate', { min: 1, max: 1_000_000 }) ?? GATEWAY_RATE,
    brokerCores: optional(given, 'broker-cores', { min: 1, max: 512 }) ?? BROKER_CORES,
    brokerCpuMicroseconds: optional(given, 'broker-cpu-us', { min: 1, max: 1_000_000 }) ?? BROKER_CPU_MICROSECONDS,
  }
}

function wantedTopic(given: Given): WantedTopic {
  const isPlanned = given.stores ?? given['invoices-per-day'] ?? given.brokers
  if (isPlanned === undefined)
    return {
      input: undefined,
      partitions: optional(given, 'partitions', { min: 1, max: 10_000 }),
      replicationFactor: optional(given, 'replication-factor', { min: 1, max: 100 }) ?? 3,
      retentionDays: optional(given, 'retention-days', RETENTION_DAYS) ?? DEFAULT_RETENTION_DAYS,
    }
  for (const name of ['partitions', 'replication-factor'] as const)
    if (given[name] !== undefined)
      throw new UsageError(`--${name} comes from the plan: give either it or the plan's numbers`)
  return { input: planInput(given) }
}

function required(given: Given, name: TextFlag, max: number): number {
  const text = given[name]
  if (text === undefined)
    throw new UsageError(`--${name} is required: a plan needs --stores, --invoices-per-day, --brokers`)
  return numberOf(`--${name}`, text, { min: 1, max })
}

function optional(given: Given, name: TextFlag, range: Parameters<typeof numberOf>[2]): number | undefined {
  const text = given[name]
  return text === undefined ? undefined : numberOf(`--${name}`, text, range)
}
