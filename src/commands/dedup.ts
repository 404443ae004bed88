import { kafkaOptions, readConfig } from '../config.ts'
import { partitionsOf, shardOf } from '../dedup/shard.ts'
import { startStage } from '../dedup-stage.ts'
import { tuneHeap } from '../heap.ts'
import { withConnectionProblems } from '../kafka/connection-problem.ts'
import { stageTopics } from '../kafka/partition-owner.ts'
import { countPartitions } from '../kafka/topic-admin.ts'
import { createLogger } from '../observability/logger.ts'
import { number, wholeNumber } from '../tools/terminal/forms.ts'
import { helpText } from '../tools/terminal/help.ts'
import { InputError } from '../tools/terminal/input-errors.ts'
import { type Options, parseOptions } from '../tools/terminal/options.ts'
import { type Command, FROM_ENVIRONMENT } from './command.ts'
import { frameProcess } from './process-frame.ts'

const DAY_MS = 86_400_000
const EXIT = { ok: 0, failed: 1 } as const

export const DEDUP_OPTIONS = {
  shard: {
    value: 'I/N',
    form: { words: 'a shard such as 0/4, counted from 0: 0/4, 1/4, 2/4 and 3/4 are all', read: shardOf },
    help: 'judge every Nth partition, from partition I on',
    presetText: '0/1, all partitions',
  },
  'idle-days': {
    value: 'D',
    form: number(0.01, 3_650),
    preset: 30,
    help: 'forget a journal that took no number for D days; a repeat after that counts as an invoice',
  },
  'max-records': { value: 'N', form: wholeNumber(1, 500), preset: 500, help: 'most records in a transaction' },
} as const satisfies Options

const HELP = helpText({
  name: 'tillgate dedup',
  takes: '[OPTIONS]',
  does: 'copies each invoice of KAFKA_TOPIC once to KAFKA_TOPIC.unique, until SIGTERM or SIGINT',
  options: DEDUP_OPTIONS,
  notes: [
    'Records that repeat a number with other content go to KAFKA_TOPIC.conflicts. What it remembers is in KAFKA_TOPIC.journals. Create the three topics with tillgate topics create --dedup.',
    'Any number of processes may run: two with the same partition cost time, but write nothing twice. ADMIN_PORT serves /readyz and /metrics: give each process on one machine its own.',
    FROM_ENVIRONMENT,
  ],
  exitCodes:
    '0 stopped, 1 a topic is missing or wrong, or no partition can be judged any more, 2 wrong arguments or configuration.',
})

export const dedup: Command = { help: HELP, readsEnvironment: true, run, failureCode: 1 }

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<undefined> {
  const given = parseOptions(args, DEDUP_OPTIONS)
  const config = readConfig(environment)
  const partitions = partitionsOf(given.shard ?? { index: 0, count: 1 }, config.KAFKA_PARTITIONS)
  if (partitions.length === 0)
    throw new InputError(`--shard: there are only ${config.KAFKA_PARTITIONS} partitions (KAFKA_PARTITIONS)`)
  const session = { ...kafkaOptions(config), onClientLog: () => {} }
  await withConnectionProblems(session, () => assertTopics(session))

  tuneHeap()
  const logger = createLogger(config.LOG_LEVEL)
  const frame = frameProcess(logger)
  const idleMs = given['idle-days'] * DAY_MS
  const options = { partitions, idleMs, maxRecords: given['max-records'] }
  const { ADMIN_HOST, ADMIN_PORT, SHUTDOWN_TIMEOUT_MS: timeoutMs } = config
  const stage = await frame.started(startStage(config, options, logger), { ADMIN_HOST, ADMIN_PORT })
  logger.info({ topic: config.KAFKA_TOPIC, partitions, adminUrl: stage.adminUrl }, 'judging')
  const stop = async () => {
    await stage.stop()
    return EXIT.ok
  }
  frame.stopOnSignals(stop, { timeoutMs, lateCode: EXIT.ok })
  // Each refusal is in the log already.
  const onEnded = (refusals: readonly unknown[]) => {
    if (refusals.length === partitions.length) void frame.end(EXIT.failed)
  }
  stage.ended.then(onEnded, frame.fail)
}

/** Throws with what to do if a topic is missing, or has another number of partitions. */
async function assertTopics(session: ReturnType<typeof kafkaOptions> & { onClientLog: () => void }): Promise<void> {
  const { topic: raw, partitions } = session
  for (const topic of [raw, ...Object.values(stageTopics(raw))]) {
    const found = await countPartitions({ ...session, topic })
    if (found === 'missing')
      throw new Error(
        `the topic ${topic} is missing: create it with tillgate topics create${topic === raw ? '' : ' --dedup'}`,
      )
    if (found === 'offline') continue // its partitions are judged as soon as they have a leader
    if (found !== partitions)
      throw new Error(
        `the topic ${topic} has ${found} partitions, but KAFKA_PARTITIONS is ${partitions}: all four topics need the same number`,
      )
  }
}
