import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProducerBatch } from '../../src/accumulator/producer-batch.ts'
import { KafkaPublisher, type PublisherOptions } from '../../src/kafka/kafka-publisher.ts'
import { COMPRESSIONS, type CompressRecords, loadCompression } from '../../src/kafka/kafkajs/compression.ts'
import {
  API,
  batchesOf,
  emptyProduceAnswer,
  FakeCluster,
  type FakeRequest,
  initProducerIdError,
  jointProduceAnswer,
  produceAnswer,
  readProduceRequest,
} from './fake-broker.ts'

let cluster: FakeCluster
let publisher: KafkaPublisher
let troubles: string[]
let onTrouble: (what: string) => void

function createPublisher(partitions = 2, overrides: Partial<PublisherOptions> = {}): KafkaPublisher {
  return new KafkaPublisher({
    brokers: cluster.bootstrap,
    clientId: 'test',
    ssl: false,
    sasl: undefined,
    topic: cluster.topic,
    partitions,
    requestTimeoutMs: 1_000,
    ackTimeoutMs: 500,
    connectionTimeoutMs: 1_000,
    metadataMaxAgeMs: 15_000,
    delivery: 'exactly-once',
    watchdogMs: 60_000,
    rotateAfterRecords: 1_000_000_000,
    onClientLog: () => {},
    onTrouble: (what, error) => {
      troubles.push(`${what}: ${error.message}`)
      onTrouble(what)
    },
    ...overrides,
  })
}

function batchOf(partition: number, ...values: string[]): ProducerBatch {
  const records = values.map((value) => ({
    identity: value,
    partition,
    key: Buffer.from('store'),
    value: Buffer.from(value),
    headers: { name: 'text' },
  }))
  return new ProducerBatch(partition, records, 100 * values.length, performance.now())
}

/** Lets `script` handle the first `times` produce requests. */
function scriptProduce(times: number, script: (request: FakeRequest) => void): void {
  let left = times
  for (const broker of cluster.brokers) {
    broker.script = (request) => {
      if (request.apiKey !== API.produce || left === 0) return false
      left--
      script(request)
      return true
    }
  }
}

async function waitUntil(condition: () => boolean): Promise<void> {
  for (let waits = 0; !condition(); waits++) {
    assert.ok(waits < 1_000, 'it did not happen within 10 s')
    await sleep(10)
  }
}

beforeEach(async () => {
  cluster = await FakeCluster.start(1)
  troubles = []
  onTrouble = () => {}
  publisher = createPublisher()
})

afterEach(async () => {
  await publisher.stop()
  await cluster.stop()
})

test('a batch is acknowledged with its base offset', async () => {
  await publisher.start()
  assert.deepEqual(await publisher.publish(batchOf(1, 'a', 'b')), { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(await publisher.publish(batchOf(1, 'c')), { kind: 'acknowledged', baseOffset: 2n })
  assert.deepEqual(cluster.values(1), ['a', 'b', 'c'])
  assert.deepEqual(cluster.values(0), [])
})

test('it is not ready before its start is over', async () => {
  cluster.topicId = 'a1'
  cluster.settings = { 'min.insync.replicas': '1' }
  let answer = () => {}
  cluster.broker(1).script = (request) => {
    if (request.apiKey !== API.describeConfigs) return false
    answer = () => request.send(request.soundAnswer())
    return true
  }
  const started = publisher.start()
  await waitUntil(() => cluster.broker(1).count(API.describeConfigs) === 1)
  assert.deepEqual(publisher.reasons, ['asking what the topic is like'])
  answer()
  await started
  assert.deepEqual(publisher.reasons, [])
})

test('a lost answer: the identical batch goes again and stands once in the log, the next one is not taken for it', async () => {
  await publisher.start()
  scriptProduce(1, (request) => {
    request.soundAnswer()
    request.socket.resetAndDestroy()
  })
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(await publisher.publish(batchOf(0, 'b')), { kind: 'acknowledged', baseOffset: 1n })
  assert.deepEqual(cluster.values(0), ['a', 'b'])
})

test('each failed attempt is told with its batch and the name of the error', async () => {
  await publisher.stop()
  const failed: [batch: ProducerBatch, reason: string][] = []
  publisher = createPublisher(2, { onAttemptFailed: (...attempt) => failed.push(attempt) })
  await publisher.start()
  scriptProduce(1, (request) => request.send(produceAnswer(cluster.topic, 1, 29, -1)))
  const batch = batchOf(1, 'a')
  assert.deepEqual(await publisher.publish(batch), { kind: 'rejected', reason: 'refused' })
  assert.deepEqual(failed, [[batch, 'TOPIC_AUTHORIZATION_FAILED']])
})

test('batches that wait for one broker go in one request, and each gets its own answer', async () => {
  await publisher.stop()
  cluster.partitions = 6
  publisher = createPublisher(6)
  await publisher.start()
  let answerFirst = () => {}
  scriptProduce(2, (request) => {
    const parts = readProduceRequest(request.body)
    if (parts.length === 1) {
      answerFirst = () => request.send(request.soundAnswer())
      return
    }
    assert.deepEqual(
      parts.map(({ partition }) => partition),
      [1, 2, 3, 4],
    )
    const refused = (partition: number) => ({ 2: 10, 3: 6 })[partition] ?? 0 // too large; not the leader
    const answers = parts.map(({ partition, ...batch }) =>
      refused(partition) === 0
        ? { partition, ...cluster.append(partition, batch) }
        : { partition, errorCode: refused(partition), baseOffset: -1 },
    )
    request.send(jointProduceAnswer(cluster.topic, answers))
  })
  const first = publisher.publish(batchOf(0, 'a'))
  await waitUntil(() => cluster.broker(1).count(API.produce) === 1)
  const others = [1, 2, 3, 4].map((partition) => publisher.publish(batchOf(partition, `of ${partition}`)))
  const recalled = batchOf(5, 'recalled')
  const withdrawn = publisher.publish(recalled)
  await sleep(20)
  assert.equal(cluster.broker(1).count(API.produce), 1, 'one request at a time')
  assert.ok(recalled.recall(), 'what waits was not attempted')
  answerFirst()

  assert.equal((await first).kind, 'acknowledged')
  assert.deepEqual(await withdrawn, { kind: 'not-attempted' })
  const [stored, tooLarge, again, alsoStored] = await Promise.all(others)
  assert.deepEqual([stored, alsoStored], Array(2).fill({ kind: 'acknowledged', baseOffset: 0n }))
  assert.deepEqual(tooLarge, { kind: 'too-large' })
  assert.deepEqual(again, { kind: 'acknowledged', baseOffset: 0n })
  const logged = [1, 2, 3, 4, 5].map((partition) => cluster.values(partition).join())
  assert.deepEqual(logged, ['of 1', '', 'of 3', 'of 4', ''])
})

test('the batch after an answered one goes in the request of those that waited meanwhile', async () => {
  await publisher.start()
  let answerFirst = () => {}
  scriptProduce(1, (request) => {
    answerFirst = () => request.send(request.soundAnswer())
  })
  const after = publisher.publish(batchOf(0, 'a')).then(() => publisher.publish(batchOf(0, 'b')))
  await waitUntil(() => cluster.broker(1).count(API.produce) === 1)
  const waiting = publisher.publish(batchOf(1, 'c'))
  await sleep(20)
  answerFirst()
  const stored = await Promise.all([after, waiting])
  assert.deepEqual(stored, [
    { kind: 'acknowledged', baseOffset: 1n },
    { kind: 'acknowledged', baseOffset: 0n },
  ])
  assert.equal(cluster.broker(1).count(API.produce), 2)
})

test('what waits behind a request whose connection breaks was not attempted, and goes on', async () => {
  await publisher.start()
  scriptProduce(1, (request) => setTimeout(() => request.socket.resetAndDestroy(), 100))
  const lost = batchOf(0, 'a')
  const sent = publisher.publish(lost)
  await waitUntil(() => cluster.broker(1).count(API.produce) === 1)
  const waiting = batchOf(1, 'b')
  const outcome = publisher.publish(waiting)
  await waitUntil(() => lost.attempts === 2)
  assert.deepEqual(await Promise.all([sent, outcome]), [
    { kind: 'acknowledged', baseOffset: 0n },
    { kind: 'acknowledged', baseOffset: 0n },
  ])
  assert.equal(waiting.attempts, 1)
})

test('answers lost again and again, on several partitions of the only broker: one producer, one copy of each', async () => {
  await publisher.stop()
  cluster.partitions = 6
  publisher = createPublisher(6)
  await publisher.start()
  let answers = 0
  scriptProduce(Number.POSITIVE_INFINITY, (request) => {
    const answer = request.soundAnswer()
    if (++answers % 3 === 0) request.socket.resetAndDestroy()
    else request.send(answer)
  })
  const lane = async (partition: number) => {
    for (const value of 'abcdefghij') {
      const { kind } = await publisher.publish(batchOf(partition, value))
      assert.equal(kind, 'acknowledged')
    }
    assert.equal(cluster.values(partition).join(''), 'abcdefghij')
  }
  await Promise.all([0, 1, 2, 3, 4, 5].map(lane))
  assert.deepEqual(
    troubles.filter((line) => line.startsWith('session-replaced')),
    [],
  )
})

test('an answer swallowed for longer than the request time-out changes nothing', async () => {
  await publisher.start()
  scriptProduce(2, (request) => void request.soundAnswer())
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(cluster.values(0), ['a'])
})

test('a broker that takes connections and then hangs up has not answered', async () => {
  await publisher.start()
  const { lastAnswerAtMs } = publisher
  let hangUps = 0
  cluster.broker(1).script = ({ apiKey, socket }) => {
    if (apiKey === API.apiVersions || hangUps === 6) return false
    hangUps++
    socket.resetAndDestroy()
    return true
  }
  const published = publisher.publish(batchOf(0, 'a'))
  await waitUntil(() => hangUps > 3)
  assert.equal(publisher.lastAnswerAtMs, lastAnswerAtMs)
  assert.deepEqual(await published, { kind: 'acknowledged', baseOffset: 0n })
  assert.ok(publisher.lastAnswerAtMs > lastAnswerAtMs)
})

test('kafkajs gives up, our loop does not: seven failed attempts, then one copy', async () => {
  await publisher.start()
  scriptProduce(7, (request) => {
    request.soundAnswer()
    request.socket.resetAndDestroy()
  })
  assert.deepEqual(await publisher.publish(batchOf(0, 'a', 'b')), { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(cluster.values(0), ['a', 'b'])
})

for (const [what, answer] of [
  ['without the partition', () => emptyProduceAnswer()],
  ['with a negative offset', () => produceAnswer(cluster.topic, 0, 0, -1)],
] as const) {
  test(`an answer ${what} is no acknowledgement; kafkajs has moved the sequence on, so the producer is replaced`, async () => {
    await publisher.start()
    scriptProduce(1, (request) => request.send(answer()))
    assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'unknown', reason: 'producer-replaced' })
    assert.deepEqual(await publisher.publish(batchOf(0, 'b')), { kind: 'acknowledged', baseOffset: 0n })
    assert.equal(cluster.broker(1).count(API.initProducerId), 2)
  })
}

test('an answer without the partition although the broker appended: the batch is not sent a second time', async () => {
  await publisher.start()
  scriptProduce(1, (request) => {
    request.soundAnswer()
    request.send(emptyProduceAnswer())
  })
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'unknown', reason: 'producer-replaced' })
  assert.deepEqual(cluster.values(0), ['a'])
})

test('a partition that metadata does not list: kafkajs resolves without sending; the batch goes on once it is listed', async () => {
  await publisher.start()
  await publisher.publish(batchOf(0, 'a'))
  cluster.partitions = 1
  scriptProduce(1, (request) => request.send(produceAnswer(cluster.topic, 0, 6, -1))) // makes it ask for metadata
  await publisher.publish(batchOf(0, 'b'))
  const outcome = publisher.publish(batchOf(1, 'c'))
  await waitUntil(() => troubles.length > 1)
  cluster.partitions = 2
  assert.deepEqual(await outcome, { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(cluster.values(1), ['c'])
})

test('out of order sequence: the attempted batch is unknown and never sent again, the next goes under a new id', async () => {
  await publisher.start()
  await publisher.publish(batchOf(0, 'a'))
  scriptProduce(1, (request) => request.send(produceAnswer(cluster.topic, 0, 45, -1)))
  assert.deepEqual(await publisher.publish(batchOf(0, 'b')), { kind: 'unknown', reason: 'producer-replaced' })
  assert.deepEqual(await publisher.publish(batchOf(0, 'c')), { kind: 'acknowledged', baseOffset: 1n })
  assert.deepEqual(cluster.values(0), ['a', 'c'])
  const ids = (cluster.logs.get(0) ?? []).map(({ producerId }) => producerId)
  assert.notEqual(ids[0], ids[1])
})

test('a batch that was never attempted goes on under the new id', async () => {
  await publisher.start()
  scriptProduce(1, (request) => request.send(produceAnswer(cluster.topic, 0, 45, -1)))
  let waiting: ReturnType<typeof publisher.publish> | undefined
  onTrouble = (what) => {
    if (what === 'session-replaced') waiting = publisher.publish(batchOf(1, 'b'))
  }
  assert.equal((await publisher.publish(batchOf(0, 'a'))).kind, 'unknown')
  assert.deepEqual(await waiting, { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(cluster.values(1), ['b'])
})

test('an attempt under way when the producer is replaced still counts if it is answered', async () => {
  await publisher.start()
  scriptProduce(1, (request) => {
    const parts = readProduceRequest(request.body).map(({ partition, ...batch }) => {
      if (partition === 0) return { partition, errorCode: 45, baseOffset: -1 }
      return { partition, ...cluster.append(partition, batch) }
    })
    assert.equal(parts.length, 2)
    request.send(jointProduceAnswer(cluster.topic, parts))
  })
  const [broken, other] = await Promise.all([publisher.publish(batchOf(0, 'a')), publisher.publish(batchOf(1, 'b'))])
  assert.equal(broken.kind, 'unknown')
  assert.deepEqual(other, { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(cluster.values(1), ['b'])
})

test('a duplicate sequence after a lost answer is our own batch: acknowledged without an offset, the id not used again', async () => {
  await publisher.start()
  let attempts = 0
  scriptProduce(2, (request) => {
    request.soundAnswer()
    if (++attempts === 1) request.socket.resetAndDestroy()
    else request.send(produceAnswer(cluster.topic, 0, 46, -1))
  })
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'acknowledged', baseOffset: null })
  assert.deepEqual(await publisher.publish(batchOf(0, 'b')), { kind: 'acknowledged', baseOffset: 1n })
  assert.deepEqual(cluster.values(0), ['a', 'b'])
})

test('a duplicate sequence at the first attempt is not our batch: nobody knows', async () => {
  await publisher.start()
  scriptProduce(1, (request) => request.send(produceAnswer(cluster.topic, 0, 46, -1)))
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'unknown', reason: 'producer-replaced' })
  assert.deepEqual(await publisher.publish(batchOf(0, 'b')), { kind: 'acknowledged', baseOffset: 0n })
})

test('a definite refusal of the first attempt is exact, and the producer stays', async () => {
  await publisher.start()
  scriptProduce(1, (request) => request.send(produceAnswer(cluster.topic, 0, 10, -1)))
  assert.deepEqual(await publisher.publish(batchOf(0, 'a', 'b')), { kind: 'too-large' })
  scriptProduce(1, (request) => request.send(produceAnswer(cluster.topic, 0, 87, -1)))
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'rejected', reason: 'refused' })
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'acknowledged', baseOffset: 0n })
  assert.equal(cluster.broker(1).count(API.initProducerId), 1)
})

test('a refusal after an attempt whose answer was lost says nothing: unknown', async () => {
  await publisher.start()
  let attempt = 0
  scriptProduce(2, (request) => {
    attempt++
    if (attempt === 1) {
      request.soundAnswer()
      request.socket.resetAndDestroy()
    } else request.send(produceAnswer(cluster.topic, 0, 87, -1))
  })
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'unknown', reason: 'producer-replaced' })
  assert.deepEqual(await publisher.publish(batchOf(0, 'b')), { kind: 'acknowledged', baseOffset: 1n })
  assert.deepEqual(cluster.values(0), ['a', 'b'])
})

test('an attempt whose answer was lost, then no permission even to ask for metadata: unknown, not rejected', async () => {
  await publisher.start()
  scriptProduce(1, (request) => {
    request.soundAnswer()
    cluster.topicErrorCode = 29
    request.socket.resetAndDestroy()
  })
  const outcome = publisher.publish(batchOf(0, 'a'))
  await waitUntil(() => troubles.some((line) => line.startsWith('session-replaced')))
  cluster.topicErrorCode = 0
  assert.deepEqual(await outcome, { kind: 'unknown', reason: 'producer-replaced' })
  assert.deepEqual(cluster.values(0), ['a'])
})

for (const [what, refusal] of [
  ['not the leader', 6],
  ['too few in-sync replicas', 19],
  ['no such partition here', 3],
] as const) {
  test(`${what}, then too large: the first answer said that nothing was appended, so the second is definite`, async () => {
    await publisher.start()
    const answers = [refusal, refusal, 10]
    scriptProduce(answers.length, (request) => request.send(produceAnswer(cluster.topic, 0, answers.shift()!, -1)))
    assert.deepEqual(await publisher.publish(batchOf(0, 'a', 'b')), { kind: 'too-large' })
    assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'acknowledged', baseOffset: 0n })
    assert.equal(cluster.broker(1).count(API.initProducerId), 1, 'the producer is not replaced')
  })
}

test('not the leader, then refused: rejected, and the producer is kept', async () => {
  await publisher.start()
  const answers = [6, 87]
  scriptProduce(2, (request) => request.send(produceAnswer(cluster.topic, 0, answers.shift()!, -1)))
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'rejected', reason: 'refused' })
  assert.equal(cluster.broker(1).count(API.initProducerId), 1)
})

for (const [what, first] of [
  [
    'no longer the leader, after the append',
    (request: FakeRequest) => request.send(produceAnswer(cluster.topic, 0, 6, 0)),
  ],
  [
    'too few in-sync replicas, after the append',
    (request: FakeRequest) => request.send(produceAnswer(cluster.topic, 0, 20, 0)),
  ],
  ['the replicas were not in time', (request: FakeRequest) => request.send(produceAnswer(cluster.topic, 0, 7, -1))],
  ['a failed log directory', (request: FakeRequest) => request.send(produceAnswer(cluster.topic, 0, 56, -1))],
  ['no answer', (request: FakeRequest) => request.socket.resetAndDestroy()],
] as const) {
  test(`${what}, then not the leader, then too large: the first attempt may be in the log`, async () => {
    await publisher.start()
    const answers = [
      first,
      ...[6, 10].map((code) => (request: FakeRequest) => request.send(produceAnswer(cluster.topic, 0, code, -1))),
    ]
    scriptProduce(answers.length, (request) => answers.shift()!(request))
    assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'unknown', reason: 'producer-replaced' })
    assert.equal((await publisher.publish(batchOf(0, 'b'))).kind, 'acknowledged')
    assert.equal(cluster.broker(1).count(API.initProducerId), 2)
  })
}

test('a batch whose every attempt was refused can be recalled, and is not sent again', async () => {
  await publisher.start()
  let refusals = 0
  scriptProduce(Number.POSITIVE_INFINITY, (request) => {
    refusals++
    request.send(produceAnswer(cluster.topic, 0, 19, -1))
  })
  const batch = batchOf(0, 'a')
  const outcome = publisher.publish(batch)
  await waitUntil(() => refusals === 2 && batch.recall())
  assert.deepEqual(await outcome, { kind: 'not-attempted' })
  assert.equal(refusals, 2)
  assert.deepEqual(cluster.values(0), [])
})

test('a batch whose every attempt was refused goes on under the next producer id', async () => {
  await publisher.start()
  let refusals = 0
  cluster.broker(1).script = (request) => {
    if (request.apiKey !== API.produce) return false
    const [part] = readProduceRequest(request.body)
    if (part!.partition === 0 && ++refusals > 3) return false
    request.send(produceAnswer(cluster.topic, part!.partition, part!.partition === 0 ? 19 : 45, -1))
    return true
  }
  const refused = publisher.publish(batchOf(0, 'a'))
  await waitUntil(() => refusals === 2)
  assert.equal((await publisher.publish(batchOf(1, 'b'))).kind, 'unknown') // and replaces the producer
  assert.deepEqual(await refused, { kind: 'acknowledged', baseOffset: 0n })
  assert.equal(cluster.broker(1).count(API.initProducerId), 2)
})

test('a batch that a throttled connection holds back is not attempted: it can be recalled, or goes when the time is over', async () => {
  cluster.throttleMs = 300
  await publisher.start()
  assert.equal((await publisher.publish(batchOf(0, 'a'))).kind, 'acknowledged')
  const [recalled, waiting] = [batchOf(0, 'b'), batchOf(1, 'c')]
  const outcomes = Promise.all([publisher.publish(recalled), publisher.publish(waiting)])
  await sleep(50)
  assert.deepEqual([recalled.attempts, waiting.attempts], [0, 0])
  assert.equal(recalled.recall(), true)
  assert.deepEqual(await outcomes, [{ kind: 'not-attempted' }, { kind: 'acknowledged', baseOffset: 0n }])
  assert.deepEqual([cluster.values(0), cluster.values(1)], [['a'], ['c']])
})

test('a throttled connection that breaks: what it held back was not attempted, and goes on', async () => {
  cluster.throttleMs = 20_000
  await publisher.start()
  await publisher.publish(batchOf(0, 'a'))
  const waiting = batchOf(1, 'b')
  const outcome = publisher.publish(waiting)
  await sleep(50)
  cluster.throttleMs = 1
  cluster.broker(1).resetConnections()
  await sleep(50)
  assert.equal(waiting.attempts, 0)
  assert.deepEqual(await outcome, { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(cluster.values(1), ['b'])
})

test('the time in which a quota holds a batch back does not count for the watchdog', async () => {
  await publisher.stop()
  publisher = createPublisher(2, { watchdogMs: 300 })
  cluster.throttleMs = 1_000
  await publisher.start()
  await publisher.publish(batchOf(0, 'a'))
  const held = batchOf(0, 'b')
  assert.deepEqual(await publisher.publish(held), { kind: 'acknowledged', baseOffset: 1n })
  assert.ok(held.heldMs > 300)
  assert.equal(cluster.broker(1).count(API.initProducerId), 1)
})

test('a pause of days is kept for some seconds; then one batch goes through a new connection, and the others follow', async () => {
  const pauses: string[] = []
  await publisher.stop()
  publisher = createPublisher(2, { onThrottle: (what) => pauses.push(what) })
  cluster.throttleMs = 9 * 86_400_000
  await publisher.start()
  await publisher.publish(batchOf(0, 'a'))
  cluster.throttleMs = 0
  const batches = [batchOf(0, 'b'), batchOf(1, 'c')]
  const outcomes = await Promise.all(batches.map((batch) => publisher.publish(batch)))
  assert.deepEqual(outcomes, [
    { kind: 'acknowledged', baseOffset: 1n },
    { kind: 'acknowledged', baseOffset: 0n },
  ])
  assert.deepEqual(
    batches.map(({ attempts }) => attempts),
    [1, 1],
  )
  assert.equal(cluster.broker(1).count(API.produce), 3, 'one each')
  assert.deepEqual(pauses, ['began', 'pause'])
  assert.equal(cluster.broker(1).count(API.initProducerId), 1, 'under the same producer id')
})

test('at most once: a batch that was refused is not in the log, and goes again', async () => {
  await publisher.stop()
  publisher = createPublisher(2, { delivery: 'at-most-once' })
  await publisher.start()
  scriptProduce(2, (request) => request.send(produceAnswer(cluster.topic, 0, 6, -1)))
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(cluster.values(0), ['a'])
})

test('a call of kafkajs that hangs is given up by the watchdog; what it had attempted is unknown, others go on', async () => {
  await publisher.stop()
  publisher = createPublisher(2, { watchdogMs: 300, requestTimeoutMs: 30_000 })
  await publisher.start()
  scriptProduce(1, () => {}) // swallowed
  const hanging = publisher.publish(batchOf(0, 'a'))
  await waitUntil(() => cluster.broker(1).count(API.produce) === 1)
  const waiting = publisher.publish(batchOf(1, 'b'))
  assert.equal((await hanging).kind, 'unknown')
  assert.equal((await waiting).kind, 'acknowledged')
})

test('a call that hangs before its attempt and wakes up later sends nothing: the batch has gone with the next producer', async () => {
  await publisher.stop()
  publisher = createPublisher(2, { watchdogMs: 300, requestTimeoutMs: 30_000, metadataMaxAgeMs: 1 })
  await publisher.start()
  await sleep(20) // so that metadata is asked for before the next attempt
  let wake: (() => void) | undefined
  cluster.broker(1).script = (request) => {
    if (request.apiKey !== API.metadata || wake !== undefined) return false
    wake = () => request.send(request.soundAnswer())
    return true
  }
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(await publisher.publish(batchOf(0, 'b')), { kind: 'acknowledged', baseOffset: 1n })
  wake?.()
  await sleep(300)
  assert.deepEqual(cluster.values(0), ['a', 'b'])
})

test('lanes that queue on one slow broker for longer than the watchdog: no batch is published by two producers', async () => {
  await publisher.stop()
  cluster.partitions = 12
  publisher = createPublisher(12, { watchdogMs: 1_000 })
  await publisher.start()
  cluster.broker(1).script = (request) => {
    if (request.apiKey !== API.produce) return false
    setTimeout(() => request.send(request.soundAnswer()), 200)
    return true
  }
  const outcomes = await Promise.all(
    cluster.partitionIds.map((partition) => publisher.publish(batchOf(partition, 'a'))),
  )
  await sleep(500)
  for (const partition of cluster.partitionIds) {
    const copies = cluster.values(partition).length
    assert.ok(copies <= 1, `partition ${partition} has ${copies} copies`)
    if (outcomes[partition]?.kind === 'acknowledged') assert.equal(copies, 1)
  }
})

test('before the sequence numbers end a new producer id is taken, without an error', async () => {
  await publisher.stop()
  publisher = createPublisher(2, { rotateAfterRecords: 3 })
  await publisher.start()
  for (const value of 'abcdefgh') {
    assert.equal((await publisher.publish(batchOf(0, value))).kind, 'acknowledged')
  }
  assert.equal(cluster.values(0).join(''), 'abcdefgh')
  assert.equal(new Set(cluster.logs.get(0)?.map(({ producerId }) => producerId)).size, 3)
})

test('a batch that is being repeated when its session is rotated ends on it, under its own id', async () => {
  await publisher.stop()
  await cluster.stop()
  cluster = await FakeCluster.start(2)
  cluster.leaderOf = (partition) => partition + 1
  publisher = createPublisher(2, { rotateAfterRecords: 1 })
  await publisher.start()
  let isLost = false
  scriptProduce(2, (request) => {
    const answer = request.soundAnswer()
    if (request.broker.id === 1 && !isLost) {
      isLost = true
      setTimeout(() => request.socket.resetAndDestroy(), 50) // by then the other partition has rotated the session
    } else request.send(answer)
  })
  const [repeated, other] = await Promise.all([publisher.publish(batchOf(0, 'a')), publisher.publish(batchOf(1, 'b'))])
  assert.deepEqual([repeated.kind, other.kind], ['acknowledged', 'acknowledged'])
  assert.deepEqual([cluster.values(0), cluster.values(1)], [['a'], ['b']])
})

for (const [delivery, outcome, copies] of [
  ['exactly-once', 'acknowledged', 1],
  ['at-least-once', 'acknowledged', 2],
  ['at-most-once', 'unknown', 1],
] as const) {
  test(`${delivery}: an answer lost after the append makes ${copies} in the log, ${outcome}`, async () => {
    await publisher.stop()
    publisher = createPublisher(2, { delivery })
    await publisher.start()
    scriptProduce(1, (request) => {
      request.soundAnswer()
      request.socket.resetAndDestroy()
    })
    assert.equal((await publisher.publish(batchOf(0, 'a'))).kind, outcome)
    assert.equal(cluster.values(0).length, copies)
  })
}

test('at most once: a request lost before the append is lost', async () => {
  await publisher.stop()
  publisher = createPublisher(2, { delivery: 'at-most-once' })
  await publisher.start()
  scriptProduce(1, (request) => request.socket.resetAndDestroy())
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'unknown', reason: 'not-repeated' })
  assert.deepEqual(cluster.values(0), [])
})

test('a recalled batch is not sent, and holds its lane until its leader can be reached again', async () => {
  await publisher.stop()
  publisher = createPublisher(2, { connectionTimeoutMs: 100 })
  await publisher.start()
  cluster.broker(1).script = ({ apiKey }) => apiKey === API.apiVersions // accepts connections and says nothing
  cluster.broker(1).resetConnections()
  const batch = batchOf(0, 'a')
  const outcome = publisher.publish(batch)
  await sleep(50)
  assert.equal(batch.recall(), true)
  // Longer than one call of kafkajs with all its retries.
  assert.equal(await Promise.race([outcome, sleep(4_000, 'still out')]), 'still out')
  cluster.broker(1).script = null
  assert.deepEqual(await outcome, { kind: 'not-attempted' })
  assert.deepEqual(cluster.values(0), [])
})

test('replacing producers again and again leaves no listener behind', async () => {
  await publisher.start()
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  for (let i = 0; i < 12; i++) {
    scriptProduce(1, (request) => request.send(produceAnswer(cluster.topic, 0, 45, -1)))
    await publisher.publish(batchOf(0, 'a'))
  }
  await sleep(10)
  process.off('warning', onWarning)
  assert.deepEqual(
    warnings.map(({ message }) => message),
    [],
  )
})

test('without a producer id the publisher is not ready, throws the producer away and tries again', async () => {
  let refusals = 2
  cluster.broker(1).script = (request) => {
    if (request.apiKey !== API.initProducerId || refusals === 0) return false
    refusals--
    request.send(initProducerIdError(31))
    return true
  }
  await publisher.start()
  assert.deepEqual(publisher.reasons, [])
  assert.equal(troubles.filter((line) => line.startsWith('session-failed')).length, 2)
  await publisher.publish(batchOf(0, 'a'))
  assert.ok((cluster.logs.get(0)?.[0]?.producerId ?? -1n) > 0n, 'it is sent with a producer id')
})

test('another number of partitions than configured: not ready, and the reason says so', async () => {
  await publisher.stop()
  publisher = createPublisher(3)
  const ready = publisher.start()
  await waitUntil(() => publisher.reasons.some((reason) => reason.includes('has 2 partitions')))
  cluster.partitions = 3
  await ready
  assert.deepEqual(publisher.reasons, [])
})

test('partitions added while it runs: not ready any more', async () => {
  await publisher.start()
  cluster.partitions = 4
  scriptProduce(1, (request) => request.send(produceAnswer(cluster.topic, 0, 6, -1))) // makes it ask for metadata
  await publisher.publish(batchOf(0, 'a'))
  assert.match(String(publisher.reasons), /has 4 partitions, KAFKA_PARTITIONS is 2/)
})

test('a topic that takes less than a record can need: not ready, but what fits is published', async () => {
  await publisher.stop()
  publisher = createPublisher(2, { largestRecordBytes: 800_000, metadataMaxAgeMs: 100 })
  cluster.settings = { 'max.message.bytes': '60000' }
  await publisher.start()
  assert.match(String(publisher.reasons), /takes at most 60000 bytes at once \(max\.message\.bytes\)/)
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'acknowledged', baseOffset: 0n })
  cluster.settings = { 'max.message.bytes': '800000' }
  await waitUntil(() => publisher.reasons.length === 0)
})

test('a topic that is deleted: it says so without any batch, and calls whoever wants to know', async () => {
  await publisher.stop()
  const changes: string[] = []
  publisher = createPublisher(2, { metadataMaxAgeMs: 50, onTopicChange: (change) => changes.push(change) })
  cluster.topicId = 'a1'
  await publisher.start()
  assert.deepEqual([publisher.reasons, publisher.warnings, publisher.refusalOf(0)], [[], [], null])
  cluster.topicErrorCode = 3
  await waitUntil(() => publisher.refusalOf(0) === 'topic-missing')
  assert.match(String(publisher.reasons), /^topic invoices is missing/)
  cluster.topicErrorCode = 0
  cluster.topicId = 'b2'
  await waitUntil(() => publisher.reasons.length === 0)
  assert.equal(publisher.warnings.length, 1)
  assert.deepEqual(changes, ['deleted', 'recreated', 'right'])
  assert.equal((await publisher.publish(batchOf(0, 'a'))).kind, 'acknowledged')
})

test('a topic whose partitions were seen to be wrong by a batch, and are right again, needs no other batch', async () => {
  await publisher.stop()
  publisher = createPublisher(2, { metadataMaxAgeMs: 50 })
  cluster.topicId = 'a1'
  await publisher.start()
  cluster.partitions = 4
  await waitUntil(() => publisher.reasons.length > 0)
  await sleep(60) // so that the producer asks for metadata, too
  assert.equal((await publisher.publish(batchOf(0, 'a'))).kind, 'acknowledged')
  cluster.partitions = 2
  await waitUntil(() => publisher.reasons.length === 0)
})

test('a single record that is too large makes it ask what the topic takes; a batch of several does not', async () => {
  await publisher.stop()
  publisher = createPublisher(2, { largestRecordBytes: 800_000, metadataMaxAgeMs: 60_000 })
  await publisher.start()
  cluster.settings = { 'max.message.bytes': '60000' }
  scriptProduce(Number.POSITIVE_INFINITY, (request) => request.send(produceAnswer(cluster.topic, 0, 10, -1)))
  await sleep(1_100) // it does not ask more often than every second
  assert.deepEqual(await publisher.publish(batchOf(0, 'a', 'b')), { kind: 'too-large' })
  await sleep(100)
  assert.deepEqual(publisher.reasons, [])
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'too-large' })
  await waitUntil(() => publisher.reasons.length === 1)
})

test('stop: an attempted batch is unknown, a fresh one rejected, and nothing is sent any more', async () => {
  await publisher.start()
  scriptProduce(Number.POSITIVE_INFINITY, () => {}) // every produce request is swallowed
  const attempted = batchOf(0, 'a')
  const outcome = publisher.publish(attempted)
  const sent = () => cluster.broker(1).count(API.produce)
  await waitUntil(() => sent() === 1)
  await publisher.stop()
  assert.deepEqual(await outcome, { kind: 'unknown', reason: 'shutdown' })
  assert.deepEqual(await publisher.publish(batchOf(1, 'b')), { kind: 'rejected', reason: 'draining' })
  await sleep(300)
  assert.equal(sent(), 1)
})

test('a new leader is found by the metadata that a refusal asks for', async () => {
  await cluster.stop()
  await publisher.stop()
  cluster = await FakeCluster.start(2)
  publisher = createPublisher()
  await publisher.start()
  await publisher.publish(batchOf(0, 'a'))
  cluster.leaderOf = () => 2
  assert.deepEqual(await publisher.publish(batchOf(0, 'b')), { kind: 'acknowledged', baseOffset: 1n })
  assert.equal(cluster.broker(2).count(API.produce), 1)
})

for (const [number, compression] of COMPRESSIONS.entries()) {
  if (compression === 'none') continue
  test(`${compression}: a batch is compressed once, and every attempt sends the same bytes, in a joint request too`, async () => {
    await publisher.stop()
    cluster.partitions = 3
    const compress = (await loadCompression(compression)) as CompressRecords
    let compressed = 0
    publisher = createPublisher(3, {
      compress: (messages) => {
        compressed++
        return compress(messages)
      },
    })
    await publisher.start()
    const requests: ReturnType<typeof batchesOf>[] = []
    let answerFirst = () => {}
    scriptProduce(Number.POSITIVE_INFINITY, (request) => {
      requests.push(batchesOf(request.body))
      const answer = request.soundAnswer()
      if (requests.length === 1) answerFirst = () => request.send(answer)
      else if (requests.length === 2) request.socket.resetAndDestroy()
      else request.send(answer)
    })
    const first = publisher.publish(batchOf(0, 'first'))
    await waitUntil(() => requests.length === 1)
    const values = [1, 2].map((partition) => [`${partition}`.repeat(300), 'b'.repeat(300)])
    const both = values.map((of, i) => publisher.publish(batchOf(i + 1, ...of)))
    await sleep(20)
    answerFirst()
    await first
    assert.deepEqual(await Promise.all(both), Array(2).fill({ kind: 'acknowledged', baseOffset: 0n }))
    assert.deepEqual(await publisher.publish(batchOf(1, 'c'.repeat(300))), { kind: 'acknowledged', baseOffset: 2n })

    assert.equal(compressed, 4)
    assert.equal(requests[1]?.length, 2, 'two batches in one request')
    for (const partition of [1, 2]) {
      const attempts = requests.flat().filter((part) => part.partition === partition)
      const [lost, again, next] = attempts.map(({ batch }) => ({
        compression: batch.readInt16BE(21),
        producer: batch.readBigInt64BE(43),
        sequence: batch.readInt32BE(53),
        count: batch.readInt32BE(57),
        records: batch.toString('hex', 61),
      }))
      assert.deepEqual(again, lost)
      assert.equal(lost?.compression, number)
      assert.equal(lost?.sequence, 0)
      if (partition === 1) assert.equal(next?.sequence, 2)
      assert.deepEqual(cluster.values(partition).slice(0, 2), values[partition - 1])
    }
  })
}

test('a batch that cannot be compressed goes as it is, and it is said why', async () => {
  await publisher.stop()
  publisher = createPublisher(2, { compress: () => Promise.reject(new Error('no memory')) })
  await publisher.start()
  assert.deepEqual(await publisher.publish(batchOf(0, 'a')), { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(cluster.values(0), ['a'])
  assert.deepEqual(troubles, ['not-compressed: no memory'])
})

/** A publisher whose batches are compressed when the returned function is called. */
async function startCompressing(): Promise<() => void> {
  await publisher.stop()
  const compress = (await loadCompression('gzip')) as CompressRecords
  const { promise, resolve } = Promise.withResolvers<void>()
  publisher = createPublisher(2, { compress: (messages) => promise.then(() => compress(messages)) })
  await publisher.start()
  return resolve
}

test('a batch that is recalled while it is compressed is not sent', async () => {
  const goOn = await startCompressing()
  const batch = batchOf(0, 'a')
  const outcome = publisher.publish(batch)
  assert.equal(batch.recall(), true)
  goOn()
  assert.deepEqual(await outcome, { kind: 'not-attempted' })
  assert.equal(cluster.broker(1).count(API.produce), 0)
})

test('a batch that is compressed when the publisher stops is rejected, and not sent', async () => {
  const goOn = await startCompressing()
  const outcome = publisher.publish(batchOf(0, 'a'))
  await publisher.stop()
  goOn()
  assert.deepEqual(await outcome, { kind: 'rejected', reason: 'draining' })
  assert.equal(cluster.broker(1).count(API.produce), 0)
})

test('a batch that is compressed while its connection is lost is stored once', async () => {
  const goOn = await startCompressing()
  const outcome = publisher.publish(batchOf(0, 'a'))
  cluster.broker(1).resetConnections()
  goOn()
  assert.deepEqual(await outcome, { kind: 'acknowledged', baseOffset: 0n })
  assert.deepEqual(cluster.values(0), ['a'])
})
