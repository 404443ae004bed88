import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type GrowArguments, type GrowCluster, growTopic } from '../../src/commands/topics-grow.ts'
import { withConnectionProblems } from '../../src/kafka/connection-problem.ts'
import kafkajs from '../../src/kafka/kafkajs/index.ts'
import { THROTTLES } from '../../src/tools/topics/check.ts'

const SESSION = {
  brokers: ['127.0.0.1:1'],
  clientId: 'test',
  ssl: false,
  sasl: undefined,
  requestTimeoutMs: 1_000,
  connectionTimeoutMs: 1_000,
  onClientLog: () => {},
  topic: 'invoices',
}
const GROW: GrowArguments = {
  json: false,
  yes: true,
  atOnce: 5,
  deadlineMs: 30_000,
  throttleBytes: undefined,
  undoFile: undefined,
}
const ALL_ON_0 = [0, 1].map((partition) => ({ partition, leader: 0, replicas: [0], inSync: [0] }))
const LEFT_BEHIND = Object.fromEntries(THROTTLES.map((name) => [name, '0:0']))

/** Two brokers, of which the first holds everything. `calls` are the changes, in their order. */
function fakeCluster(settings: Record<string, string> = {}, changed: Partial<GrowCluster> = {}) {
  const calls: string[] = []
  const call = (name: string) => async () => {
    calls.push(name)
  }
  const cluster: GrowCluster = {
    describeTopic: async () => ({ partitions: ALL_ON_0, settings }),
    fetchBrokers: async () => [0, 1].map((id) => ({ id, rack: undefined })),
    fetchReassigning: async () => [],
    fetchRecordSizes: async () => ({ records: new Map(), meanBytes: undefined }),
    startReassignment: call('move'),
    startThrottle: call('throttle'),
    endThrottle: call('no throttle'),
    retryMs: 1,
    ...changed,
  }
  return { cluster, calls }
}

/** What is written meanwhile; nothing of it reaches the terminal. */
function written(t: TestContext) {
  const [stdout, stderr]: [string[], string[]] = [[], []]
  t.mock.method(console, 'log', (text: string) => stdout.push(text))
  t.mock.method(console, 'error', (text: string) => stderr.push(text))
  return { stdout, stderr }
}

test('--yes takes off a throttle that was left behind, before anything moves', async (t) => {
  const { stdout } = written(t)
  const { cluster, calls } = fakeCluster(LEFT_BEHIND)
  assert.equal(await growTopic(GROW, SESSION, cluster), 0)
  assert.deepEqual(calls, ['no throttle', 'move'])
  assert.match(stdout.join('\n'), /^Removed a throttle that was left behind\.$/m)
})

test('a throttle is replaced by that of this run; without any, nothing is taken off', async (t) => {
  written(t)
  const throttled = fakeCluster(LEFT_BEHIND)
  await growTopic({ ...GROW, throttleBytes: 1e6 }, SESSION, throttled.cluster)
  assert.deepEqual(throttled.calls, ['throttle', 'move', 'no throttle'])
  const free = fakeCluster()
  await growTopic(GROW, SESSION, free.cluster)
  assert.deepEqual(free.calls, ['move'])
  const shown = fakeCluster(LEFT_BEHIND)
  await growTopic({ ...GROW, yes: false }, SESSION, shown.cluster)
  assert.deepEqual(shown.calls, [])
})

test('the assignment to go back to is written before anything moves, with --json as a line of standard error', async (t) => {
  for (const json of [true, false]) {
    const { stdout, stderr } = written(t)
    const refused = new Error('not authorized')
    const { cluster } = fakeCluster({}, { startReassignment: () => Promise.reject(refused) })
    await assert.rejects(growTopic({ ...GROW, json }, SESSION, cluster), refused)
    const lines = (json ? stderr : stdout).flatMap((text) => text.split('\n'))
    const kept = lines.filter((line) => line.startsWith('{"version":1')).map((line) => JSON.parse(line))
    assert.equal(kept.length, 1, lines.join('\n'))
    const moved = ALL_ON_0.find(({ partition }) => partition === kept[0].partitions[0].partition)
    assert.deepEqual(kept[0].partitions[0], { topic: 'invoices', partition: moved?.partition, replicas: [0] })
    if (json) assert.deepEqual(stdout, [], 'the result is the only thing on standard output')
    t.mock.restoreAll()
  }
})

test('a throttle that cannot be taken off is said in front of what is wrong with the connection', async (t) => {
  written(t)
  const lost = new kafkajs.KafkaJSConnectionError('Connection error')
  const { cluster } = fakeCluster({}, { endThrottle: () => Promise.reject(lost) })
  const grow = growTopic({ ...GROW, throttleBytes: 1e6 }, SESSION, cluster)
  await assert.rejects(
    withConnectionProblems(SESSION, () => grow),
    /^Error: the throttle is still on: .*grow --yes removes it.*\nno connection to Kafka .*:\n {2}127\.0\.0\.1:1: /,
  )
})
