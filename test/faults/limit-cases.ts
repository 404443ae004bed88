import assert from 'node:assert/strict'
import { eventually } from '../../dev/kafka/eventually.ts'
import { readinessAt } from '../harness/cli-process.ts'
import { recordsOf } from '../harness/read-topic.ts'
import { identityOf, type SentInvoice } from '../harness/till.ts'
import { sampleInvoice } from '../invoice/generate.ts'
import { type FaultCase, underLoad, WARM_UP } from './fault-case.ts'
import type { World } from './world.ts'

const LIMIT = 'max.message.bytes'
const KAFKAS_DEFAULT = '1048588'

/** An invoice of 100 kB, of a terminal that is not among those of the load. */
function largeInvoice(sequenceNumber: number): SentInvoice {
  const name = { storeId: 'S1', terminalId: 'large', journalId: 'J1', sequenceNumber }
  const invoice = { ...sampleInvoice(name), extensions: { padding: 'x'.repeat(100_000) } }
  return { ...name, identity: identityOf(invoice), body: Buffer.from(JSON.stringify(invoice)), answers: [] }
}

/** Posts the invoice, which has to be refused for now: the till is told to send it again. */
async function refused(world: World, invoice: SentInvoice): Promise<void> {
  let problem: Record<string, unknown> = {}
  const answer = await world.post(invoice, (_status, _type, document) => {
    problem = document as typeof problem
  })
  assert.equal(answer.status, 503)
  assert.equal(answer.slug, 'refused-by-kafka')
  assert.equal(problem.outcome, 'rejected')
  assert.equal(problem.till, 'resend')
  assert.match(String(problem.detail), /max\.message\.bytes/)
}

/** The topic takes less than an invoice can need, for a while. */
export const LIMIT_CASES: readonly FaultCase[] = [
  {
    number: 24,
    name: 'the topic takes only small records for a while',
    // The limit counts bytes as they are sent.
    environment: { KAFKA_METADATA_MAX_AGE_MS: '1000', KAFKA_COMPRESSION: 'none' },
    run: (world) =>
      underLoad(world, async () => {
        const { untilNotReady, untilReady, readiness } = readinessAt(world.gateway.adminUrl)
        const [first, second] = [largeInvoice(1), largeInvoice(2)]
        assert.equal((await readiness()).status, 200)
        assert.equal((await world.post(first)).status, 201)

        await world.setTopicConfig(LIMIT, '60000')
        const reasons = await untilNotReady(LIMIT)
        assert.match(reasons.join(), /takes at most 60000 bytes .* MAX_INVOICE_BYTES/)
        await refused(world, second)
        await world.load.more(WARM_UP) // what fits is still taken
        await refused(world, second)
        const said = () => world.gateway.output.match(/limit-too-low/g)?.length
        await eventually('the log says it', 10_000, 50, async () => said())

        await world.setTopicConfig(LIMIT, KAFKAS_DEFAULT)
        await untilReady()
        assert.equal((await world.post(second)).status, 201)
        const stored = (await recordsOf(world.kafka.cluster.bootstrap, world.topic)).filter(({ value }) =>
          value?.equals(second.body),
        )
        assert.equal(stored.length, 1, 'it is in the topic once')
        assert.equal(said(), 1, 'the log has said it once')
      }),
  },
]
