import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runLoad } from '../../bench/processes.ts'
import { median } from '../../bench/spread.ts'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { keygen } from '../../src/tools/token/keygen.ts'
import { CLI } from '../harness/cli-process.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'

const TOPIC = { topic: 'collected', partitions: 6 }
/** A token a terminal: V8 forms its opinion of what lives long while all of them are verified. */
const LOAD = { kind: 'post', connections: 256, seconds: 10 }
/** The last ones are looked at: by then the gateway is warm. */
const COLLECTIONS = 6
/** Of the young objects; it is 0.15 if V8 makes some of a request's objects old at birth, 0.002 otherwise. */
const MOST_THAT_GETS_OLD = 0.04

test('an answered invoice does not outlive the small garbage collections of a gateway', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-'))
  const kafka = await startKafka()
  t.after(() => Promise.all([kafka.stop(), rm(folder, { recursive: true })]))
  const [keyFile, jwksFile] = [join(folder, 'key.json'), join(folder, 'jwks.json')]
  await Promise.all([kafka.createTopic(TOPIC), keygen(keyFile, jwksFile)])
  const gateway = await GatewayProcess.start(
    {
      KAFKA_BROKERS: kafka.bootstrap.join(),
      KAFKA_TOPIC: TOPIC.topic,
      KAFKA_PARTITIONS: String(TOPIC.partitions),
      AUTH: 'required',
      AUTH_JWKS_FILE: jwksFile,
      DRAIN_DELAY_MS: '0',
    },
    ['--trace-gc-nvp', CLI, 'serve'],
  )
  t.after(() => gateway.end('SIGKILL'))
  await runLoad(gateway.url, { ...LOAD, 'key-file': keyFile })
  const parts = Array.from(
    gateway.output.matchAll(/ gc=s .* allocated=(\d+) promoted=(\d+) /g),
    ([, allocated, promoted]) => Number(promoted) / Number(allocated),
  ).slice(-COLLECTIONS)
  assert.equal(parts.length, COLLECTIONS)
  assert.ok(median(parts) < MOST_THAT_GETS_OLD, `got old: ${parts.map((part) => part.toFixed(3))}`)
})
