import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { fetchMetadata } from '../../dev/kafka/metadata-request.ts'
import { toAddress } from '../../dev/kafka/topics.ts'
import kafkajs, { type Admin } from '../../src/kafka/kafkajs/index.ts'
import type { CheckResult, Verdict } from '../../src/tools/topics/check.ts'
import { spawnCli, startServe } from '../harness/cli-process.ts'
import { startLoad } from '../harness/load.ts'
import { assertDelivered } from '../harness/run.ts'

const DEADLINE_MS = 60_000

let kafka: KafkaCluster
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-topics-'))
  // Preferred leaders are elected at once instead of every five minutes.
  const brokerConfig = { 'leader.imbalance.check.interval.seconds': '1', 'leader.imbalance.per.broker.percentage': '0' }
  kafka = await startKafka({ brokers: 3, brokerConfig })
})

after(async () => {
  await kafka?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function topics(t: TestContext, topic: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const started = spawnCli(['topics', ...args], { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: topic, ...env })
  t.after(() => started.end())
  const { code } = await started.exited
  return { code, stdout: started.stdout().toString(), stderr: started.stderr() }
}

async function check(t: TestContext, topic: string, env: NodeJS.ProcessEnv = {}) {
  const { code, stdout, stderr } = await topics(t, topic, ['check', '--json'], env)
  assert.equal(stderr, '')
  const { verdict, results } = JSON.parse(stdout) as { verdict: Verdict; results: CheckResult[] }
  assert.equal(code, verdict === 'wrong' ? 1 : 0)
  return { verdict, bad: results.filter(({ level }) => level !== 'ok').map(({ level, what }) => `${level}: ${what}`) }
}

async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new kafkajs.Kafka({ brokers: kafka.bootstrap, logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

test('create makes the planned topic, finds it right when run again, and wrong when it is another', async (t) => {
  const estate = ['--stores', '500', '--invoices-per-day', '100000', '--brokers', '3']
  const created = await topics(t, 'planned', ['create', ...estate], { KAFKA_PARTITIONS: '36' })
  assert.equal(created.code, 0, created.stderr + created.stdout)
  assert.match(created.stdout, /^topic planned: created\n/)
  assert.match(created.stdout, /The topic planned is right\.\n$/)
  assert.doesNotMatch(created.stdout, /WRONG|warning/)

  const again = await topics(t, 'planned', ['create', ...estate], { KAFKA_PARTITIONS: '36' })
  assert.equal(again.code, 0)
  assert.match(again.stdout, /^topic planned: is there already\n/)
  const other = await topics(t, 'planned', ['create', '--partitions', '6'])
  assert.equal(other.code, 1)
  assert.match(other.stdout, /WRONG +partitions +36/)
  const longer = await topics(t, 'planned', ['create', '--partitions', '36', '--retention-days', '30'])
  assert.equal(longer.code, 1)
  assert.match(longer.stdout, /WRONG +retention\.ms +7 days +30 days or more/)

  const { resources } = await withAdmin((admin) =>
    admin.describeConfigs({
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: 'planned' }],
      includeSynonyms: false,
    }),
  )
  const settings = Object.fromEntries(resources[0]!.configEntries.map((it) => [it.configName, it.configValue]))
  assert.equal(settings['message.timestamp.type'], 'LogAppendTime')
  assert.equal(settings['segment.ms'], '86400000')
})

test('create says what the cluster lacks, and which KAFKA_PARTITIONS the gateways need', async (t) => {
  const many = await topics(t, 'many-replicas', ['create', '--replication-factor', '4'])
  assert.equal(many.code, 3)
  assert.equal(
    many.stderr,
    'the cluster has 3 brokers, too few for replication factor 4: add brokers, or give --replication-factor 3\n',
  )
  const other = await topics(t, 'others', ['create', '--partitions', '6'], { KAFKA_PARTITIONS: '12' })
  assert.equal(other.code, 2)
  assert.match(other.stderr, /^KAFKA_PARTITIONS is 12, but the topic would get 6: set KAFKA_PARTITIONS=6 here and for /)
  const unset = await topics(t, 'unset', ['create', '--partitions', '6'])
  assert.equal(unset.code, 0)
  assert.match(unset.stdout, /^Every gateway needs KAFKA_PARTITIONS=6\.$/m)
})

test('check finds what is wrong with a topic that somebody else made', async (t) => {
  assert.deepEqual((await check(t, 'missing')).bad, ['wrong: topic'])
  await kafka.createTopic({
    topic: 'careless',
    partitions: 6,
    replicationFactor: 2,
    config: {
      'min.insync.replicas': '1',
      'cleanup.policy': 'compact',
      'max.message.bytes': '100000',
      'unclean.leader.election.enable': 'true',
    },
  })
  assert.deepEqual((await check(t, 'careless')).bad, [
    'wrong: partitions',
    'warning: replication factor',
    'wrong: min.insync.replicas',
    'wrong: unclean.leader.election.enable',
    'wrong: cleanup.policy',
    'wrong: max.message.bytes',
  ])
})

test('check sees replicas that lag and partitions without a leader, while a broker is down', async (t) => {
  await kafka.createTopic({ topic: 'lagging', partitions: 3, replicationFactor: 3 })
  await kafka.createTopic({ topic: 'offline', partitions: 3, replicationFactor: 1 })
  assert.equal((await check(t, 'lagging', { KAFKA_PARTITIONS: '3' })).verdict, 'right')
  await kafka.brokers[2]?.stop()
  try {
    await eventually('under-replicated', DEADLINE_MS, 250, async () => {
      const { bad } = await check(t, 'lagging', { KAFKA_PARTITIONS: '3' })
      return ['wrong: under-replicated', 'warning: brokers'].every((it) => bad.includes(it)) ? true : undefined
    })
    await eventually('offline', DEADLINE_MS, 250, async () => {
      const { bad } = await check(t, 'offline', { KAFKA_PARTITIONS: '3' })
      return bad.includes('wrong: offline partitions') ? true : undefined
    })
    const refused = await topics(t, 'lagging', ['grow'])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /lack replicas/)
  } finally {
    await kafka.brokers[2]?.start()
  }
})

test('a broker joins, grow gives it its share while tills send, and the promise holds', async (t) => {
  await kafka.createTopic({ topic: 'growing', partitions: 6, replicationFactor: 3 })
  const env = { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: 'growing', KAFKA_PARTITIONS: '6' }
  const gateway = await startServe({ ...env, LOG_LEVEL: 'info' })
  t.after(() => gateway.end())
  await gateway.untilReady()
  const load = startLoad({ url: gateway.url, tills: 12, stores: 12, pauseMs: 20 })
  await load.more(100)

  const added = await kafka.addBroker({ 'broker.rack': 'new' })
  assert.equal(added.id, 3)
  await eventually('every broker knows it', DEADLINE_MS, 50, async () => {
    const views = await Promise.all(kafka.bootstrap.map((address) => fetchMetadata(toAddress(address), 2_000)))
    return views.every(({ brokerIds }) => brokerIds.includes(added.id)) || undefined
  })
  assert.deepEqual((await check(t, 'growing', env)).bad, [
    'warning: replicas per broker',
    'warning: leaders per broker',
  ])
  const shown = await topics(t, 'growing', ['grow'])
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, /broker 3 +0 -> 4 +0 -> [12]/)
  assert.match(shown.stdout, /About [\d,.]+ [kM]B are copied \([\d,]+ records/)
  assert.match(shown.stdout, /Nothing was changed\. --yes makes these changes\./)
  assert.equal(await replicasOn(3), 0, 'without --yes nothing moves')

  await setOwn('growing', 'segment.ms', '3600000') // what somebody else set has to stay
  const undoFile = join(folder, 'undo.json')
  const slow = ['--throttle', '50000000', '--undo-file', undoFile]
  const grown = await topics(t, 'growing', ['grow', '--yes', '--at-once', '2', ...slow])
  assert.equal(grown.code, 0, grown.stderr)
  assert.match(grown.stdout, /^Done\.$/m)
  const undo = JSON.parse(await readFile(undoFile, 'utf8'))
  assert.deepEqual(Object.keys(undo), ['version', 'partitions'])
  assert.ok(undo.partitions.every(({ replicas }: { replicas: number[] }) => !replicas.includes(3)))
  assert.deepEqual(await throttles('growing'), [])
  assert.equal(await ownSetting('growing', 'segment.ms'), '3600000')
  assert.equal(await replicasOn(3), 4)
  await load.more(100)
  await eventually('even leaders', DEADLINE_MS, 500, async () =>
    (await check(t, 'growing', env)).bad.length === 0 ? true : undefined,
  )
  const again = await topics(t, 'growing', ['grow', '--yes'])
  assert.deepEqual(again, { code: 0, stdout: 'Evenly spread.\n', stderr: '' })

  const sent = await load.stop()
  assert.deepEqual(load.failures, [])
  gateway.child.kill('SIGTERM')
  await gateway.exited
  const { acknowledged } = await assertDelivered(kafka.bootstrap, 'growing', sent)
  assert.ok(acknowledged >= 200)
})

test('wrong arguments exit with 2, an unreachable cluster with 3, a plan needs no cluster', async (t) => {
  const wrong: [string[], NodeJS.ProcessEnv, number, RegExp][] = [
    [['create', '--partitions', '6'], { KAFKA_PARTITIONS: '7' }, 2, /KAFKA_PARTITIONS is 7/],
    [['check'], { KAFKA_PARTITIONS: 'many' }, 2, /KAFKA_PARTITIONS/],
    [['check'], { KAFKA_BROKERS: '127.0.0.1:1' }, 3, /127\.0\.0\.1:1/],
    [['create', '--partitions', '6', '--replication-factor', '9'], {}, 3, /[Rr]eplication/],
    [['grow', 'now'], {}, 2, /now/],
  ]
  for (const [args, env, expected, said] of wrong) {
    const { code, stdout, stderr } = await topics(t, 'nothing', args, env)
    assert.equal(code, expected, stderr)
    assert.match(stderr, said)
    assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace')
    assert.equal(stdout, '')
  }
  const plan = await topics(
    t,
    'nothing',
    ['plan', '--stores', '40000', '--invoices-per-day', '60000000', '--brokers', '9'],
    {
      KAFKA_BROKERS: '',
    },
  )
  assert.equal(plan.code, 0)
  assert.match(plan.stdout, /partitions +108/)
})

test('Ctrl-C takes the throttle off, and check sees one that a killed grow left behind', async (t) => {
  await kafka.createTopic({ topic: 'slow', partitions: 3, replicationFactor: 1 })
  const env = { KAFKA_PARTITIONS: '3' }
  await withAdmin((admin) =>
    admin.alterPartitionReassignments({
      topics: [{ topic: 'slow', partitionAssignment: [0, 1, 2].map((partition) => ({ partition, replicas: [0] })) }],
    }),
  )
  await eventually('all on one broker', DEADLINE_MS, 50, async () => ((await moving('slow')) === 0 ? true : undefined))
  await fill('slow')
  const start = async () => {
    const args = ['topics', 'grow', '--yes', '--throttle', '10000']
    const started = spawnCli(args, { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: 'slow', ...env })
    t.after(() => started.end())
    await eventually('a throttle', DEADLINE_MS, 100, async () =>
      (await throttles('slow')).length > 0 ? true : undefined,
    )
    await eventually('it moves', DEADLINE_MS, 100, async () => ((await moving('slow')) > 0 ? true : undefined))
    return started
  }
  const stopped = await start()
  assert.match(stopped.stdout().toString(), /"version":1,"partitions":\[\{"topic":"slow"/)
  stopped.child.kill('SIGINT')
  assert.equal((await stopped.exited).code, 3)
  assert.match(stopped.stderr(), /stopped; partitions .* go on moving/)
  assert.deepEqual(await throttles('slow'), [])
  await eventually('what was started is done', DEADLINE_MS, 250, async () =>
    (await moving('slow')) === 0 ? true : undefined,
  )

  await withAdmin((admin) =>
    admin.alterPartitionReassignments({
      topics: [{ topic: 'slow', partitionAssignment: [0, 1, 2].map((partition) => ({ partition, replicas: [0] })) }],
    }),
  )
  await eventually('back on one broker', DEADLINE_MS, 250, async () =>
    (await moving('slow')) === 0 ? true : undefined,
  )
  const killed = await start()
  await killed.end()
  assert.ok((await check(t, 'slow', env)).bad.includes('warning: replication throttle'))
  assert.ok((await throttles('slow')).length > 0)
  await withAdmin(async (admin) => endAll(admin)) // else the copies of the killed one would take minutes
  await eventually('moved', DEADLINE_MS, 250, async () => ((await moving('slow')) === 0 ? true : undefined))
})

/** Takes only the brokers' rates away: the topic's list is left, as a kill between the two leaves it. */
async function endAll(admin: Admin): Promise<void> {
  const { brokers } = await admin.describeCluster()
  for (const { nodeId } of brokers)
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.BROKER, name: String(nodeId), configEntries: [] }],
    })
}

/** Everything that throttles the topic's replication, of the topic and of all brokers. */
async function throttles(topic: string): Promise<string[]> {
  return await withAdmin(async (admin) => {
    const { TOPIC, BROKER } = kafkajs.ConfigResourceTypes
    const { brokers } = await admin.describeCluster()
    const { resources } = await admin.describeConfigs({
      resources: [
        { type: TOPIC, name: topic },
        ...brokers.map(({ nodeId }) => ({ type: BROKER, name: String(nodeId) })),
      ],
      includeSynonyms: false,
    })
    return resources
      .flatMap(({ configEntries }) => configEntries)
      .filter(({ configName, configValue }) => /replication\.throttled/.test(configName) && isLimit(configValue))
      .map(({ configName }) => configName)
  })
}

/** The default of the rates is the largest number that there is. */
const isLimit = (value: string | null) => value !== null && value !== '' && Number(value) !== 2 ** 63

async function ownSetting(topic: string, name: string): Promise<string | undefined> {
  const { resources } = await withAdmin((admin) =>
    admin.describeConfigs({
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
      includeSynonyms: false,
    }),
  )
  return resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue
}

async function setOwn(topic: string, name: string, value: string): Promise<void> {
  await withAdmin(async (admin) => {
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name, value }] }]
    await admin.alterConfigs({ validateOnly: false, resources })
  })
}

async function moving(topic: string): Promise<number> {
  const { topics } = await withAdmin((admin) =>
    admin.listPartitionReassignments({ topics: [{ topic, partitions: [0, 1, 2] }] }),
  )
  return topics.flatMap(({ partitions }) => partitions).length
}

/** 3 MB, which take minutes at 10 kB/s. */
async function fill(topic: string): Promise<void> {
  const producer = new kafkajs.Kafka({ brokers: kafka.bootstrap, logLevel: kafkajs.logLevel.NOTHING }).producer()
  await producer.connect()
  for (let i = 0; i < 30; i++)
    await producer.send({ topic, messages: [{ partition: i % 3, value: Buffer.alloc(100_000, i) }] })
  await producer.disconnect()
}

async function replicasOn(broker: number): Promise<number> {
  const { topics } = await withAdmin((admin) => admin.fetchTopicMetadata({ topics: ['growing'] }))
  return topics[0]!.partitions.filter(({ replicas }) => replicas.includes(broker)).length
}
