import { askMetadataFromResponsiveBroker, removeBrokerAfterRefresh } from './broker-pool.ts'
import { connectedMeansHandshaken, reconnectCleanly, sendAtOnce, timeoutClosesConnection } from './connections.ts'
import { groupInOnePass } from './group-messages.ts'
import { type Internals, loadInternals } from './internals.ts'
import { dropBrokerLock, joinProduceRequests } from './joint-produce.ts'
import { monotonicTime } from './monotonic-time.ts'
import { encodeProduceRequests } from './produce-encoding.ts'
import { forgetAnsweredRequests, idleRequestQueue } from './request-queue.ts'

/** Every change to kafkajs, in the order in which they are made. Each has a docstring that says what breaks without it. */
const ALL = {
  removeBrokerAfterRefresh,
  connectedMeansHandshaken,
  reconnectCleanly,
  timeoutClosesConnection,
  sendAtOnce,
  monotonicTime,
  idleRequestQueue,
  forgetAnsweredRequests,
  askMetadataFromResponsiveBroker,
  joinProduceRequests,
  dropBrokerLock,
  groupInOnePass,
  encodeProduceRequests,
} as const satisfies Record<string, (internals: Internals) => void>

/** The name of one change. */
export type Change = keyof typeof ALL

/** The names of all changes. */
export const CHANGES = Object.keys(ALL) as readonly Change[]

let applied = false

/**
 * Makes the changes, once a process: later calls do nothing. `except` leaves some out, for the tests that show what each
 * is for; they call this before they import `index.ts`. Throws when kafkajs has been loaded before, or is another version
 * than the one that the changes were written for.
 */
export function applyChanges({ except = [] }: { except?: readonly Change[] } = {}): void {
  if (applied) return
  const internals = loadInternals()
  applied = true
  for (const name of CHANGES) if (!except.includes(name)) ALL[name](internals)
}
