import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { runCases } from '../cases/run-cases.ts'

let kafka: KafkaCluster

before(async () => {
  kafka = await startKafka()
})

after(async () => await kafka?.stop())

test('every reported input and every receipt of the world gets what it should', async () => {
  const { reported, world } = await runCases(kafka)
  // Without HAProxy one case is not run here; test/deploy has it.
  assert.deepEqual(
    [...reported, ...world].filter(({ verdict }) => verdict === 'wrong'),
    [],
  )
})
