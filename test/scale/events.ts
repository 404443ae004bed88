import { eventually } from '../../dev/kafka/eventually.ts'
import { fetchMetadata } from '../../dev/kafka/metadata-request.ts'
import { toAddress } from '../../dev/kafka/topics.ts'
import type { GatewayProcess } from '../harness/gateway-process.ts'
import { restart } from '../harness/restart.ts'
import { type Estate, TOPIC } from './estate.ts'

/** Something that is done to the estate while tills send; `run` resolves when it is over. */
export interface Step {
  readonly name: string
  readonly run: () => Promise<unknown>
}

const DEADLINE_MS = 60_000
const POLL_MS = 250
const METADATA_TIMEOUT_MS = 2_000

/** The id that the broker gets which is added. */
export const ADDED = 3

/** What is done, in this order; the steps of a group follow each other at once. */
export function eventsOf(estate: Estate): Step[][] {
  const { kafka, gateways, tillgate } = estate
  const restarted = (gateway: GatewayProcess, signal: 'SIGTERM' | 'SIGKILL') => ({
    name: `gateway ${gateways.indexOf(gateway) + 1}: ${signal}, started again`,
    run: () => restart(gateway, signal),
  })
  return [
    gateways.map((gateway) => restarted(gateway, 'SIGTERM')),
    kafka.brokers.map((broker) => ({
      name: `broker ${broker.id}: SIGTERM, started again`,
      run: async () => {
        await broker.stop()
        await broker.start()
        await untilInSync(estate)
      },
    })),
    gateways.slice(1, 2).map((gateway) => restarted(gateway, 'SIGKILL')),
    [
      { name: `broker ${ADDED}: added`, run: () => kafka.addBroker() },
      { name: 'tillgate topics grow --yes', run: () => tillgate(['topics', 'grow', '--yes']) },
    ],
  ]
}

/** How many partitions of the topic a broker leads. */
export async function ledBy({ kafka }: Estate, brokerId: number): Promise<number> {
  const { partitions } = await fetchMetadata(toAddress(kafka.bootstrap[0]!), METADATA_TIMEOUT_MS, TOPIC)
  return partitions.filter(({ leader }) => leader === brokerId).length
}

/** Resolves when no replica of the topic lags: the next broker may stop. */
async function untilInSync({ kafka }: Estate): Promise<void> {
  await eventually('all replicas in sync', DEADLINE_MS, POLL_MS, async () => {
    const asked = kafka.bootstrap.map((address) => fetchMetadata(toAddress(address), METADATA_TIMEOUT_MS, TOPIC))
    const partitions = (await Promise.all(asked)).flatMap(({ partitions }) => partitions)
    return partitions.every(({ replicas, inSync }) => inSync === replicas) || undefined
  })
}
