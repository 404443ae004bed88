import { kafkaOptions, readConfig } from '../config.ts'
import { withConnectionProblems } from '../kafka/connection-problem.ts'
import { type ClusterBroker, createTopic, describeTopic, fetchBrokers, LeaderlessError } from '../kafka/topic-admin.ts'
import { codeOf } from '../kafka/verdict.ts'
import { UsageError } from '../tools/terminal/input-errors.ts'
import { table } from '../tools/terminal/table.ts'
import { judgeTopic, verdictOn, verdictText } from '../tools/topics/check.ts'
import { parseTopicsArguments, type TopicsArguments, type WantedTopic } from '../tools/topics/options.ts'
import { planTopic } from '../tools/topics/plan.ts'
import { planText } from '../tools/topics/plan-text.ts'
import { type Setting, topicSettings } from '../tools/topics/settings.ts'
import { judgeStageTopic, STAGE_TOPICS, type StageTopic, stageTopicSettings } from '../tools/topics/stage-topics.ts'
import type { Command } from './command.ts'
import { growTopic } from './topics-grow.ts'
import { TOPICS_HELP, TOPICS_SUBCOMMAND_HELP } from './topics-help.ts'

export const topics: Command = {
  help: TOPICS_HELP,
  subcommandHelp: TOPICS_SUBCOMMAND_HELP,
  readsEnvironment: true,
  run,
  failureCode: 3,
}

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const given = parseTopicsArguments(args)
  switch (given.action) {
    case 'plan': {
      const plan = planTopic(given.input)
      console.log(given.json ? JSON.stringify(plan, null, 2) : planText(plan))
      return 0
    }
    case 'create':
    case 'check':
    case 'grow': {
      const session = sessionOf(environment)
      return await withConnectionProblems(session, () => onCluster(given, session, environment))
    }
  }
}

type Session = ReturnType<typeof sessionOf>

async function onCluster(
  given: Exclude<TopicsArguments, { action: 'plan' }>,
  session: Session,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  switch (given.action) {
    case 'create':
      return await create(given, session, environment)
    case 'check':
      return await check(given, session, { retentionMs: given.retentionMs, replicationFactor: 3 })
    case 'grow':
      return await growTopic(given, session)
  }
}

async function create(
  { wanted, json, dedup }: { wanted: WantedTopic; json: boolean; dedup: boolean },
  session: Session,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const spec = specOf(wanted, session.partitions)
  const { KAFKA_PARTITIONS } = environment
  if (KAFKA_PARTITIONS !== undefined && Number(KAFKA_PARTITIONS) !== spec.partitions)
    throw new UsageError(
      `KAFKA_PARTITIONS is ${KAFKA_PARTITIONS}, but the topic would get ${spec.partitions}: set KAFKA_PARTITIONS=${spec.partitions} here and for every gateway`,
    )
  const { partitions, replicationFactor, retentionDays } = spec
  const names = dedup ? STAGE_TOPICS : []
  const specs = [
    spec,
    ...names.map((kind) => ({
      ...spec,
      settings: settingsFrom(stageTopicSettings(kind, replicationFactor, retentionDays)),
    })),
  ]
  for (const [index, one] of specs.entries()) {
    const topic = index === 0 ? session.topic : `${session.topic}.${names[index - 1]}`
    const isNew = await createTopic({ ...session, topic }, one).catch(async (error: unknown) => {
      throw (await tooFewBrokers(error, session, replicationFactor)) ?? error
    })
    if (!json) console.log(`topic ${topic}: ${isNew ? 'created' : 'is there already'}\n`)
  }
  const retentionMs = Number(spec.settings['retention.ms'])
  const exitCode = await check({ json, dedup }, session, { partitions, replicationFactor, retentionMs })
  if (!json && exitCode === 0 && partitions !== session.partitions)
    console.log(`Every gateway needs KAFKA_PARTITIONS=${partitions}.`)
  return exitCode
}

const INVALID_REPLICATION_FACTOR = 38

/** What the cluster's refusal of a replication factor means; undefined if it refused something else. */
async function tooFewBrokers(error: unknown, session: Session, replicationFactor: number): Promise<Error | undefined> {
  if (codeOf(error) !== INVALID_REPLICATION_FACTOR) return undefined
  const brokers = (await brokersIfKnown(session))?.length
  if (brokers === undefined || brokers >= replicationFactor) return undefined
  const has = `the cluster has ${brokers} ${brokers === 1 ? 'broker' : 'brokers'}`
  return new Error(
    `${has}, too few for replication factor ${replicationFactor}: add brokers, or give --replication-factor ${brokers}`,
  )
}

function specOf(wanted: WantedTopic, configuredPartitions: number) {
  const plan = wanted.input === undefined ? undefined : planTopic(wanted.input)
  const {
    partitions = configuredPartitions,
    replicationFactor,
    retentionDays,
  } = plan === undefined ? (wanted as Extract<WantedTopic, { input: undefined }>) : { ...plan, ...plan.input }
  const settings = settingsFrom(topicSettings(replicationFactor, retentionDays))
  return { partitions, replicationFactor, retentionDays, settings }
}

function settingsFrom(settings: readonly Setting[]): Record<string, string> {
  return Object.fromEntries(settings.map(({ name, value }) => [name, value]))
}

interface Wanted {
  readonly partitions?: number
  readonly replicationFactor: number
  readonly retentionMs: number | undefined
}

async function check(
  { json, dedup }: { json: boolean; dedup: boolean },
  session: Session,
  wanted: Wanted,
): Promise<number> {
  const checked = [await checkTopic(session, wanted)]
  for (const kind of dedup ? STAGE_TOPICS : []) checked.push(await checkTopic(session, wanted, kind))
  if (json) console.log(JSON.stringify(dedup ? checked : checked[0], null, 2))
  else
    for (const [index, { topic, results }] of checked.entries()) {
      const rows = results.map(({ level, what, found, why }) => [MARKS[level], what, found, why])
      console.log(`${index === 0 ? '' : '\n'}${table(rows)}\n\n${verdictText(topic, results)}`)
    }
  return checked.some(({ verdict }) => verdict === 'wrong') ? 1 : 0
}

/** Checks the raw topic, or one of those that `tillgate dedup` writes. */
async function checkTopic(session: Session, wanted: Wanted, kind?: StageTopic) {
  const { partitions, maxBatchBytes, largestRecordBytes } = session
  const topic = kind === undefined ? session.topic : `${session.topic}.${kind}`
  const state = await describeTopic({ ...session, topic })
  const needs = { partitions, maxBatchBytes, largestRecordBytes, ...wanted }
  const brokers = await brokersIfKnown(session)
  const results = kind === undefined ? judgeTopic(state, brokers, needs) : judgeStageTopic(kind, state, brokers, needs)
  return { topic, verdict: verdictOn(results), results }
}

async function brokersIfKnown(session: Parameters<typeof fetchBrokers>[0]): Promise<ClusterBroker[] | undefined> {
  try {
    return await fetchBrokers(session)
  } catch (error) {
    if (error instanceof LeaderlessError) return undefined
    throw error
  }
}

const MARKS = { ok: 'ok', warning: 'warning', wrong: 'WRONG' }

function sessionOf(environment: NodeJS.ProcessEnv) {
  const config = readConfig(environment)
  return { ...kafkaOptions(config), maxBatchBytes: config.MAX_BATCH_BYTES, onClientLog: () => {} }
}
