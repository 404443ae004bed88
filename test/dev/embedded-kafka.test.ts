import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseKafkaPort, namedBrokers, USUAL_KAFKA_PORT } from '../../dev/embedded-kafka.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { listenOn, tryToListen } from '../../dev/listen-on.ts'

const silent = () => assert.fail('there is nothing to say')

test('Kafka gets its usual port if that is free, and nothing is said', async () => {
  assert.equal(USUAL_KAFKA_PORT, 9_092)
  const [usual] = (await freePorts(1)) as [number]
  assert.equal(await chooseKafkaPort(undefined, silent, usual), usual)
})

test('if its usual port is taken it gets another one, which is said', async (t) => {
  const [usual] = (await freePorts(1)) as [number]
  const taken = await listenOn('127.0.0.1', usual)
  t.after(() => taken.close())
  const said: string[] = []
  const port = await chooseKafkaPort(undefined, (line) => said.push(line), usual)
  assert.notEqual(port, usual)
  assert.match(said.join(), new RegExp(`^Port ${usual} is in use .* Kafka gets port ${port} this time`))
  await tryToListen('127.0.0.1', port)
})

test('a port that was asked for is taken or refused, never replaced', async (t) => {
  const [wanted] = (await freePorts(1)) as [number]
  assert.equal(await chooseKafkaPort(wanted, silent), wanted)
  const taken = await listenOn('127.0.0.1', wanted)
  t.after(() => taken.close())
  await assert.rejects(chooseKafkaPort(wanted, silent), {
    message: `port ${wanted} is in use by another process: give --kafka-port another one, or stop that process`,
  })
})

test('a port counts as taken if another process has it on 127.0.0.1 alone', async (t) => {
  const [port] = (await freePorts(1)) as [number]
  await tryToListen('0.0.0.0', port)
  const taken = await listenOn('127.0.0.1', port)
  t.after(() => taken.close())
  await assert.rejects(tryToListen('0.0.0.0', port), { code: 'EADDRINUSE' })
})

test('KAFKA_BROKERS names a cluster that is there; empty, it names none', () => {
  assert.deepEqual(namedBrokers({ KAFKA_BROKERS: 'one:9092, two:9093' }), ['one:9092', 'two:9093'])
  assert.equal(namedBrokers({ KAFKA_BROKERS: ' ' }), undefined)
  assert.equal(namedBrokers({}), undefined)
})
