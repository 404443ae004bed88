import { askMetadataFromResponsiveBroker, removeBrokerAfterRefresh } from './broker-pool.ts'
import { connectedMeansHandshaken, reconnectCleanly, sendAtOnce, timeoutClosesConnection } from './connections.ts'
import { passEmptiedBatches } from './emptied-batches.ts'
import { groupInOnePass } from './group-messages.ts'
import { type Internals, loadInternals } from './internals.ts'
import { readIpv6Bootstrap } from './ipv6-bootstrap.ts'
import { dropBrokerLock, joinProduceRequests } from './joint-produce.ts'
import { lendCluster } from './lent-cluster.ts'
import { monotonicTime } from './monotonic-time.ts'
import { encodeProduceRequests } from './produce-encoding.ts'
import { forgetAnsweredRequests, idleRequestQueue } from './request-queue.ts'
import { fetchTokenFirst, renewSessions } from './sessions.ts'
import { boundThrottling } from './throttling.ts'
import { describeTopicAlone } from './topic-settings.ts'

/** Every change to kafkajs, in the order in which they are made. Each docstring says what breaks without the change. */
const ALL = {
  readIpv6Bootstrap,
  removeBrokerAfterRefresh,
  connectedMeansHandshaken,
  reconnectCleanly,
  timeoutClosesConnection,
  sendAtOnce,
  renewSessions,
  fetchTokenFirst,
  monotonicTime,
  boundThrottling,
  idleRequestQueue,
  forgetAnsweredRequests,
  askMetadataFromResponsiveBroker,
  joinProduceRequests,
  dropBrokerLock,
  groupInOnePass,
  encodeProduceRequests,
  describeTopicAlone,
  passEmptiedBatches,
  lendCluster,
} as const satisfies Record<string, (internals: Internals) => void>

export type Change = keyof typeof ALL

export const CHANGES = Object.keys(ALL) as readonly Change[]

let applied = false

/**
 * Makes the changes once per process; later calls do nothing. `except` leaves some out, for the tests that show what
 * each one is for; those tests call this before they import `index.ts`. Throws when kafkajs was already loaded, or is
 * not the version that the changes were written for.
 */
export function applyChanges({ except = [] }: { except?: readonly Change[] } = {}): void {
  if (applied) return
  const internals = loadInternals()
  applied = true
  for (const name of CHANGES) if (!except.includes(name)) ALL[name](internals)
}
