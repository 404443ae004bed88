/** What a cluster has to carry at the peak. Rates are per second, of all brokers together. */
export interface ClusterLoad {
  readonly invoices: number
  readonly recordBytes: number
  readonly stores: number
  readonly replicationFactor: number
  /** For one invoice, of its leader and two followers together. */
  readonly cpuMicroseconds: number
}

/** What the busiest broker carries. */
export interface BrokerLoad {
  readonly networkInBytes: number
  /** To its followers and one consumer group. */
  readonly networkOutBytes: number
  /** What one more consumer group adds to its output. */
  readonly consumerGroupBytes: number
  readonly cpuCores: number
}

/** The leader's share of what an invoice costs three brokers; measured with one broker that led everything. */
const LEADER_SHARE = 261 / (261 + 49 + 52)
const FOLLOWERS_MEASURED = 2

/**
 * What the busiest of `brokers` carries. After one is lost, the others lead its partitions and hold its replicas; a
 * partition has at most as many replicas as there are brokers. The busiest leads more than its share, because stores
 * are spread by hash.
 */
export function busiestBroker(load: ClusterLoad, brokers: number): BrokerLoad {
  const { invoices, recordBytes, cpuMicroseconds } = load
  const followers = Math.min(load.replicationFactor, brokers) - 1
  const led = (invoices / brokers) * fullestOf(brokers, load.stores)
  const followed = (invoices / brokers) * followers
  const leaderMicroseconds = cpuMicroseconds * LEADER_SHARE
  const followerMicroseconds = (cpuMicroseconds * (1 - LEADER_SHARE)) / FOLLOWERS_MEASURED
  return {
    networkInBytes: (led + followed) * recordBytes,
    networkOutBytes: led * (followers + 1) * recordBytes,
    consumerGroupBytes: led * recordBytes,
    cpuCores: (led * leaderMicroseconds + followed * followerMicroseconds) / 1e6,
  }
}

/** How full the fullest of `parts` is likely to be, as a multiple of the mean. Stores are spread over them by hash. */
export function fullestOf(parts: number, stores: number): number {
  const aboveMean = Math.sqrt((2 * Math.log(parts) * parts) / stores)
  return Math.min(parts, Math.max(1 + aboveMean, parts / stores))
}
