import { count, counted } from '../terminal/count.ts'
import type { RackedBroker, Replicas } from './spread.ts'

/** A topic as the cluster has it. */
export interface LiveTopic {
  readonly partitions: readonly LivePartition[]
  readonly settings: Settings
}

/** The topic's settings that name replicas whose copying is throttled. */
export const THROTTLES = ['leader.replication.throttled.replicas', 'follower.replication.throttled.replicas'] as const

type Settings = Readonly<Record<string, string>>

export interface LivePartition extends Replicas {
  readonly leader: number
  readonly inSync: readonly number[]
}

/** What the gateway needs of its topic. */
export interface Needs {
  readonly partitions: number
  readonly maxBatchBytes: number
  /** The largest batch that one invoice can need. */
  readonly largestRecordBytes: number
  readonly replicationFactor: number
  /** How long an invoice has to stay at least; undefined if not given. */
  readonly retentionMs: number | undefined
}

/** The result of one check. `wrong`: the promise cannot be kept, or the gateway never becomes ready. */
export interface CheckResult {
  readonly level: 'ok' | 'warning' | 'wrong'
  readonly what: string
  readonly found: string
  /** What it should be and why; empty if it is right. */
  readonly why: string
}

/** Header of a batch in the log, beside its records. */
const BATCH_HEADER_BYTES = 61
const LEAST_RETENTION_MS = 3 * 86_400_000

/**
 * Compares a live topic with what the gateway needs. Returns every check, in a fixed order. `brokers` is undefined if
 * they are not known.
 */
export function judgeTopic(
  topic: LiveTopic | 'missing' | 'offline',
  brokers: readonly RackedBroker[] | undefined,
  needs: Needs,
): CheckResult[] {
  if (topic === 'missing') return [MISSING]
  if (topic === 'offline') return [OFFLINE]
  const { partitions, settings } = topic
  const replicationFactor = Math.min(...partitions.map(({ replicas }) => replicas.length))
  return [
    judge('partitions', count(partitions.length), [
      [
        'wrong',
        partitions.length !== needs.partitions,
        `KAFKA_PARTITIONS is ${needs.partitions}, so no gateway gets ready: set it to ${partitions.length}`,
      ],
    ]),
    ...replicaResults(partitions, brokers),
    judge('replication factor', String(replicationFactor), [
      ['wrong', replicationFactor < needs.replicationFactor && needs.replicationFactor < 3, 'fewer than asked for'],
      ['warning', replicationFactor < 3, '3: with fewer, losing a broker loses invoices or stops the service'],
    ]),
    minInSyncResult(settings['min.insync.replicas'], replicationFactor),
    ...settingResults(settings, needs),
  ]
}

/** The overall result. `warned`: the promise holds, but something endangers it. */
export type Verdict = 'right' | 'warned' | 'wrong'

/** The verdict on a topic: that of its worst result. */
export function verdictOn(results: readonly CheckResult[]): Verdict {
  const has = (level: CheckResult['level']) => results.some((result) => result.level === level)
  return has('wrong') ? 'wrong' : has('warning') ? 'warned' : 'right'
}

/** The verdict in a sentence, which says no more than the results do. */
export function verdictText(topic: string, results: readonly CheckResult[]): string {
  const missing = results.find(({ what, found }) => what === MISSING.what && found === MISSING.found)
  if (missing !== undefined) return `The topic ${topic} is missing: ${missing.why}.`
  const of = (level: CheckResult['level']) => results.filter((result) => result.level === level).length
  const warnings = counted(of('warning'), 'warning')
  switch (verdictOn(results)) {
    case 'right':
      return `The topic ${topic} is right.`
    case 'warned':
      return `The topic ${topic} can be used, with ${warnings}.`
    case 'wrong':
      return `The topic ${topic} is wrong in ${count(of('wrong'))} of ${count(results.length)} points${of('warning') > 0 ? `, and has ${warnings}` : ''}.`
  }
}

const MISSING: CheckResult = {
  level: 'wrong',
  what: 'topic',
  found: 'missing',
  why: 'create it with tillgate topics create, or set KAFKA_TOPIC to another one',
}
const OFFLINE: CheckResult = {
  level: 'wrong',
  what: 'offline partitions',
  found: 'at least 1',
  why: '0: its stores cannot be served; start the brokers that hold it (nothing else was checked)',
}
const UNKNOWN_BROKERS: CheckResult = {
  level: 'warning',
  what: 'brokers',
  found: 'unknown',
  why: 'another topic has a partition without a leader: whether this one is spread evenly cannot be seen',
}

function replicaResults(
  partitions: readonly LivePartition[],
  brokers: readonly RackedBroker[] | undefined,
): CheckResult[] {
  const lagging = partitions.filter(({ replicas, inSync }) => inSync.length < replicas.length)
  const state = [
    judge('offline partitions', '0', []),
    judge('under-replicated', count(lagging.length), [
      ['wrong', lagging.length > 0, `0: ${listed(lagging)} lack replicas; one more broker lost may stop them`],
    ]),
  ]
  if (brokers === undefined) return [...state, UNKNOWN_BROKERS]
  const held = brokers.map(({ id }) => partitions.filter(({ replicas }) => replicas.includes(id)).length)
  const led = brokers.map(({ id }) => partitions.filter(({ leader }) => leader === id).length)
  return [
    ...state,
    judge('replicas per broker', range(held), [
      ['warning', isUneven(held), 'the same number on each: tillgate topics grow spreads them'],
    ]),
    judge('leaders per broker', range(led), [
      ['warning', isUneven(led), 'the same number on each: tillgate topics grow, or elect the preferred leaders'],
    ]),
  ]
}

function minInSyncResult(value: string | undefined, replicationFactor: number): CheckResult {
  const minInSync = Number(value)
  return judge('min.insync.replicas', String(value), [
    ['wrong', minInSync < 2 && replicationFactor > 1, '2: with 1, a 201 may mean one broker has it'],
    ['warning', minInSync < 2, '2, which needs more replicas'],
    ['wrong', minInSync > replicationFactor, 'at most the replicas: brokers before Kafka 3.7 take no invoice'],
    ['warning', minInSync === replicationFactor, 'fewer than the replicas: now every broker must be up'],
  ])
}

function settingResults(settings: Settings, needs: Needs): CheckResult[] {
  const unclean = settings['unclean.leader.election.enable'] as string
  const cleanup = settings['cleanup.policy'] as string
  const maxMessageBytes = Number(settings['max.message.bytes'])
  const { largestRecordBytes } = needs
  const largestBatchBytes = needs.maxBatchBytes + BATCH_HEADER_BYTES
  const retentionMs = Number(settings['retention.ms'])
  const keepsFor = retentionMs < 0 ? Number.POSITIVE_INFINITY : retentionMs
  const retentionBytes = settings['retention.bytes'] as string
  const throttled = THROTTLES.map((name) => settings[name] ?? '').join('')
  return [
    judge('unclean.leader.election.enable', unclean, [
      ['wrong', unclean !== 'false', 'false: a replica that lags would lead and drop acknowledged invoices'],
    ]),
    judge('cleanup.policy', cleanup, [
      ['wrong', cleanup !== 'delete', "delete: compaction keeps only a store's latest invoice"],
    ]),
    judge('max.message.bytes', count(maxMessageBytes), [
      [
        'wrong',
        maxMessageBytes < largestRecordBytes,
        `${count(largestRecordBytes)} or more, for MAX_INVOICE_BYTES: not ready`,
      ],
      [
        'warning',
        maxMessageBytes < largestBatchBytes,
        `${count(largestBatchBytes)} or more, for MAX_BATCH_BYTES: larger batches are refused and sent again in halves`,
      ],
    ]),
    judge('retention.ms', keepsFor === Number.POSITIVE_INFINITY ? 'for ever' : days(retentionMs), [
      ['wrong', keepsFor < (needs.retentionMs ?? 0), `${days(needs.retentionMs ?? 0)} or more, as asked for`],
      ['warning', keepsFor < LEAST_RETENTION_MS, 'a consumer that is down over a weekend loses invoices'],
    ]),
    judge('retention.bytes', retentionBytes, [
      ['warning', retentionBytes !== '-1', '-1: a busy partition is emptied before its time'],
    ]),
    judge('replication throttle', throttled === '' ? 'none' : 'set', [
      [
        'warning',
        throttled !== '',
        'none: a grow that was killed left it behind; tillgate topics grow --yes removes it',
      ],
    ]),
  ]
}

type Rule = readonly [Exclude<CheckResult['level'], 'ok'>, boolean, string]

/** The first rule that is broken decides. */
export function judge(what: string, found: string, rules: readonly Rule[]): CheckResult {
  const [level, , why] = rules.find(([, isBroken]) => isBroken) ?? (['ok', false, ''] as const)
  return { level, what, found, why }
}

const isUneven = (counts: readonly number[]) => Math.max(...counts) - Math.min(...counts) > 1
const days = (ms: number) => `${count(ms / 86_400_000)} days`

function range(counts: readonly number[]): string {
  const [min, max] = [Math.min(...counts), Math.max(...counts)]
  return min === max ? count(min) : `${count(min)} to ${count(max)}`
}

function listed(partitions: readonly Replicas[]): string {
  const shown = partitions.slice(0, 8).map(({ partition }) => partition)
  return `partitions ${shown.join(', ')}${partitions.length > shown.length ? ' and more' : ''}`
}
