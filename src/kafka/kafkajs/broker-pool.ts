import type { Broker, BrokerPool, Internals } from './internals.ts'

/**
 * Broker pool: `removeBroker` waits while a metadata refresh is in flight, and keeps the last broker as the seed. A
 * broker that has reconnected by the end of the refresh is not removed.
 *
 * Without it the seed broker is exchanged during the refresh, which then gives the old seed's node id to the new one.
 * From then on every send to one leader finds no partition of its own and resolves with an empty answer, for ever. And
 * a pool of a single broker is left with none, so that a caller that is connecting gets a TypeError.
 */
export function removeBrokerAfterRefresh({ BrokerPool: { prototype } }: Internals): void {
  const { refreshMetadata, removeBroker } = prototype
  const refreshes = new WeakMap<BrokerPool, number>()
  const removals = new WeakMap<BrokerPool, { host: string; port: number }[]>()

  prototype.refreshMetadata = async function (topics) {
    refreshes.set(this, (refreshes.get(this) ?? 0) + 1)
    try {
      return await refreshMetadata.call(this, topics)
    } finally {
      const others = (refreshes.get(this) ?? 1) - 1
      refreshes.set(this, others)
      if (others === 0) {
        const waiting = removals.get(this) ?? []
        removals.delete(this)
        for (const address of waiting) removeUnlessConnected(this, address)
      }
    }
  }

  prototype.removeBroker = function (address) {
    if ((refreshes.get(this) ?? 0) === 0) return removeButKeepSeed(this, address)
    removals.set(this, [...(removals.get(this) ?? []), address])
  }

  function removeUnlessConnected(pool: BrokerPool, { host, port }: { host: string; port: number }): void {
    const isThis = ({ connectionPool }: Broker) => connectionPool.host === host && connectionPool.port === port
    const broker = Object.values(pool.brokers).find(isThis)
    if (broker !== undefined && !broker.isConnected()) removeButKeepSeed(pool, { host, port })
  }

  function removeButKeepSeed(pool: BrokerPool, address: { host: string; port: number }): void {
    const { seedBroker } = pool
    removeBroker.call(pool, address)
    pool.seedBroker ??= seedBroker
  }
}

/**
 * Broker pool: metadata is requested from a broker that answered last time, before one that did not.
 *
 * Without it the refresh after a frozen broker's time-out may ask the frozen broker again and again (it still accepts
 * connections), although the other brokers have elected a new leader long ago.
 */
export function askMetadataFromResponsiveBroker(internals: Internals): void {
  const { BrokerPool, Connection, KafkaJSConnectionError, KafkaJSRequestTimeoutError } = internals
  const { send } = Connection.prototype
  const failedAtMs = new Map<string, number>()

  Connection.prototype.send = async function (request) {
    const address = `${this.host}:${this.port}`
    try {
      const answer = await send.call(this, request)
      failedAtMs.delete(address)
      return answer
    } catch (error) {
      const isOutOfReach = error instanceof KafkaJSConnectionError || error instanceof KafkaJSRequestTimeoutError
      if (isOutOfReach) failedAtMs.set(address, performance.now())
      throw error
    }
  }

  BrokerPool.prototype.findConnectedBroker = async function () {
    const failure = ({ connectionPool: { host, port } }: Broker) => failedAtMs.get(`${host}:${port}`) ?? 0
    const brokers = Object.entries(this.brokers).sort(
      ([, a], [, b]) => failure(a) - failure(b) || Number(b.isConnected()) - Number(a.isConnected()),
    )
    for (const [nodeId] of brokers) {
      try {
        return await this.findBroker({ nodeId })
      } catch {} // try the next one; when none is left, the bootstrap addresses
    }
    await this.connect()
    return this.seedBroker as Broker
  }
}
