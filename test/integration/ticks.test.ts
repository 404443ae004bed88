import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, type TestContext, test } from 'node:test'
import { eventually } from '../../dev/kafka/eventually.ts'
import { type ProxiedKafka, startProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { runFeed } from '../../examples/ticks/feed.ts'
import { type GeneratedPacket, generatePackets } from '../../examples/ticks/generate.ts'
import { startTicks, type TicksOptions } from '../../examples/ticks/handler.ts'
import { partitionOf } from '../../src/invoice/partition.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { startRelay } from '../harness/relay.ts'

const PRODUCE = 0
const PARTITIONS = 6
const MEBIBYTE = 2 ** 20

let kafka: ProxiedKafka

before(async () => {
  kafka = await startProxiedKafka()
})

after(() => kafka.stop())

/** A topic and a handler for it, behind the proxy. */
async function handlerFor(t: TestContext, topic: string, options: Partial<TicksOptions> = {}) {
  await kafka.cluster.createTopic({ topic, partitions: PARTITIONS })
  const troubles: string[] = []
  const handler = await startTicks({
    brokers: kafka.bootstrap,
    topic,
    partitions: PARTITIONS,
    delivery: 'exactly-once',
    host: '127.0.0.1',
    port: 0,
    workers: 2,
    requestTimeoutMs: 2_000,
    onTrouble: (message) => void troubles.push(message),
    ...options,
  })
  t.after(async () => {
    kafka.proxies[0]?.setRule(null)
    await handler.stop()
  })
  return { handler, troubles }
}

interface Sent {
  readonly packet: GeneratedPacket
  times: number
  answer: string | null
}

/** What was sent, how often, and what the handler said. */
async function feed(port: number, seed: number, packets: number, onAnswer = (_answers: number) => {}) {
  const sent = new Map<number, Sent>()
  let answers = 0
  await runFeed({
    host: '127.0.0.1',
    port,
    packets: generatePackets({ seed, symbols: 40, packets, ticksPerPacket: 100, coding: seed % 2 ? 'zstd' : 'gzip' }),
    maxUnanswered: 24,
    onSent: (packet) => {
      const known = sent.get(packet.number)
      if (known === undefined) sent.set(packet.number, { packet, times: 1, answer: null })
      else known.times++
    },
    onAnswer: (packet, verdict) => {
      sent.get(packet.number)!.answer = verdict
      onAnswer(++answers)
    },
  })
  return [...sent.values()]
}

/** L, D and O: every acknowledged tick is in the log, as often as it may be, and those of a symbol are in order. */
async function assertDelivered(topic: string, sent: readonly Sent[]) {
  const records = await recordsOf(kafka.cluster.bootstrap, topic)
  records.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset))
  const copies = new Map<string, number>()
  const latest = new Map<string, number>()
  for (const { key, value, partition } of records) {
    const tick = String(value)
    const [symbol, sequence] = tick.split(',') as [string, string]
    assert.equal(String(key), symbol)
    assert.equal(partition, partitionOf(Buffer.from(symbol), PARTITIONS))
    copies.set(tick, (copies.get(tick) ?? 0) + 1)
    if (copies.get(tick) !== 1) continue
    assert.equal(Number(sequence), (latest.get(symbol) ?? 0) + 1, `of ${symbol} none is missing and none too early`)
    latest.set(symbol, Number(sequence))
  }
  let ticks = 0
  for (const { packet, times, answer } of sent) {
    for (const tick of packet.ticks) {
      const found = copies.get(tick) ?? 0
      if (answer === 'ok') assert.ok(found >= 1, `${tick} was acknowledged and is lost`)
      assert.ok(found <= times, `${tick} was sent ${times} times and stands ${found} times`)
      if (found > 0) ticks++
    }
  }
  assert.equal(copies.size, ticks, 'there is nothing that nobody sent')
  return { records: records.length, ticks }
}

/** Loses every third answer to a produce request, with its connection; returns what ends that and tells how many. */
function loseAnswers(): () => number {
  let answers = 0
  let lost = 0
  kafka.proxies[0]?.setRule(({ apiKey, direction }) => {
    if (apiKey !== PRODUCE || direction !== 'response' || ++answers % 3 !== 0) return { type: 'forward' }
    lost++
    return { type: 'reset' }
  })
  return () => {
    kafka.proxies[0]?.setRule(null)
    return lost
  }
}

test('ticks whose produce answers are lost after the append: all there, once, in order', async (t) => {
  const { handler } = await handlerFor(t, 'ticks-answers')
  const endLoss = loseAnswers()
  const sent = await feed(handler.port, 1, 150) // seven answers at least, however busy the machine is
  const lost = endLoss()
  const { records, ticks } = await assertDelivered('ticks-answers', sent)
  assert.equal(ticks, 15_000)
  assert.equal(records, 15_000)
  assert.ok(sent.every(({ times, answer }) => times === 1 && answer === 'ok'))
  assert.ok(lost >= 3, `${lost} answers were lost`)
})

test('a feed whose connection breaks sends again what was not answered: nothing is lost or out of order', async (t) => {
  const { handler } = await handlerFor(t, 'ticks-breaks')
  const relay = await startRelay(handler.port)
  t.after(() => relay.close())
  const endLoss = loseAnswers()
  const sent = await feed(relay.port, 2, 100, (answered) => {
    if (answered % 20 === 0) relay.breakAll()
  })
  endLoss()
  const { records, ticks } = await assertDelivered('ticks-breaks', sent)
  assert.equal(ticks, 10_000)
  assert.ok(sent.some(({ times }) => times > 1))
  t.diagnostic(`${records - ticks} copies of ticks that were sent again`)
})

test('workers that die cost their packets an answer, and nothing that was acknowledged', async (t) => {
  const { handler, troubles } = await handlerFor(t, 'ticks-workers', {
    workerFile: new URL('./dying-ticks-worker.ts', import.meta.url),
  })
  const sent = await feed(handler.port, 3, 25)
  const { ticks } = await assertDelivered('ticks-workers', sent)
  assert.equal(ticks, 2_500)
  assert.ok(troubles.includes('worker: crashed'))
  assert.ok(sent.every(({ answer }) => answer === 'ok'))
})

test('while Kafka is silent the feed can write no more, and the memory stays within its bound', async (t) => {
  const { handler } = await handlerFor(t, 'ticks-held', { bufferMemoryBytes: 16 * MEBIBYTE, requestTimeoutMs: 20_000 })
  kafka.proxies[0]?.setRule(({ apiKey }) => ({ type: apiKey === PRODUCE ? 'hold' : 'forward' }))
  const packets: Buffer[] = []
  const options = { seed: 4, symbols: 40, packets: 20, ticksPerPacket: 2_000, coding: 'gzip' } as const
  for await (const { bytes } of generatePackets(options)) packets.push(bytes)

  const rssBefore = process.memoryUsage().rss
  const socket = connect(handler.port, '127.0.0.1')
  await once(socket, 'connect')
  let offered = 0
  const offer = () => {
    while (!socket.destroyed && socket.write(packets[offered++ % packets.length]!));
  }
  socket.on('drain', offer)
  offer()
  const taken = () => socket.bytesWritten - socket.writableLength
  let [before, maxBuffered] = [-1, 0]
  await eventually('the feed comes to a stand', 20_000, 1_000, async () => {
    maxBuffered = Math.max(maxBuffered, handler.bufferedBytes)
    const isStill = taken() === before
    before = taken()
    return isStill || undefined
  })
  assert.ok(before > 0 && offered < 10_000, `${offered} packets were offered`)
  assert.ok(handler.pendingTicks > 4_000)
  assert.ok(maxBuffered > 5 * MEBIBYTE && maxBuffered <= 16 * MEBIBYTE, `${maxBuffered} bytes are held`)
  const grownBytes = process.memoryUsage().rss - rssBefore
  assert.ok(grownBytes < 150 * MEBIBYTE, `resident memory grew by ${grownBytes} bytes`)

  kafka.proxies[0]?.setRule(null)
  await eventually('the feed goes on', 20_000, 100, async () => taken() > before || undefined)
  socket.destroy()
  await eventually('what was taken is settled', 20_000, 100, async () => handler.pendingTicks === 0 || undefined)
  await eventually('the memory is free', 5_000, 100, async () => handler.bufferedBytes === 0 || undefined)
  t.diagnostic(`${before} bytes were taken while Kafka was silent, ${maxBuffered} bytes held`)
})
