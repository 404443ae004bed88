import { installJointProduce } from './joint-produce.ts'
import { type Broker, type BrokerPool, type Connection, loadKafkajsInternals } from './kafkajs-internals.ts'
import { installProduceEncoding } from './produce-encoding.ts'

/** The changes, by name, so that a test can apply all but one and show what breaks without it. */
export const HARDENING = {
  removeBrokerAfterRefresh,
  connectedMeansHandshaken,
  reconnectCleanly,
  timeoutClosesConnection,
  idleRequestQueue,
  forgetAnsweredRequests,
  askMetadataFromResponsiveBroker,
} as const

type Internals = ReturnType<typeof loadKafkajsInternals>

let applied = false

/**
 * Changes kafkajs's prototypes, once a process and before the first client is made: these, and how it makes and sends
 * produce requests. Refuses another kafkajs than the one the changes were written for. `except` leaves changes out: for the tests that show what each is for.
 */
export function hardenKafkajs(except: readonly (keyof typeof HARDENING)[] = []): void {
  if (applied) return
  applied = true
  const internals = loadKafkajsInternals()
  installJointProduce(internals)
  installProduceEncoding()
  for (const [name, apply] of Object.entries(HARDENING)) {
    if (!except.includes(name as keyof typeof HARDENING)) apply(internals)
  }
}

/**
 * Broker pool: `removeBroker` waits while a metadata refresh is in flight, and leaves the last broker as the seed.
 *
 * Without it the seed broker is swapped under the refresh, which then gives the new seed the old one's node id: from
 * then on every send to one leader finds no partition of its own and resolves with an empty answer, for ever. And the
 * pool of a single broker is left without any, which whoever is connecting meets as a TypeError.
 * A broker that has connected again by the time the refresh is over is not removed.
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
 * Broker: *connected* means that ApiVersions and authentication have finished on the socket in use, within the
 * connection time-out; and of several callers that connect at once, one does it for all.
 *
 * Without it a second caller finds TCP up, goes on before the handshake and dies of "Broker not connected", which is
 * not retried; and a frozen broker, whose kernel still accepts connections, counts as connected.
 */
export function connectedMeansHandshaken(internals: Internals): void {
  const { Broker, KafkaJSConnectionError } = internals
  const { isConnected, connect } = Broker.prototype
  const handshaken = new WeakMap<Broker, unknown>()
  const connecting = new WeakMap<Broker, Promise<unknown>>()
  const socketOf = (broker: Broker) => broker.connectionPool.pool[0]?.socket

  Broker.prototype.isConnected = function () {
    return isConnected.call(this) && handshaken.get(this) === socketOf(this)
  }

  Broker.prototype.connect = function () {
    let attempt = connecting.get(this)
    if (attempt === undefined) {
      attempt = handshake(this).finally(() => connecting.delete(this))
      connecting.set(this, attempt)
    }
    return attempt
  }

  async function handshake(broker: Broker): Promise<void> {
    if (broker.isConnected()) return
    broker.versions = null // so that the broker has to answer before it counts
    const { host, port, connectionTimeout, pool } = broker.connectionPool
    const deadline = setTimeout(() => {
      for (const connection of pool) {
        const error = new KafkaJSConnectionError('Handshake timeout', { broker: `${host}:${port}` })
        closeConnection(connection, error)
      }
    }, connectionTimeout)
    try {
      await connect.call(broker)
      handshaken.set(broker, socketOf(broker))
    } finally {
      clearTimeout(deadline)
    }
  }
}

/**
 * Connection: what was received on an earlier socket is forgotten when the object connects again; the earlier socket
 * is destroyed; of several callers that connect at once, one does it for all; bytes that make no sense close the
 * connection; and a disconnect leaves no request waiting for an answer that nobody will read.
 *
 * Without it half an answer before a reset makes the next parse throw inside the socket's handler: the process dies.
 */
export function reconnectCleanly({ Connection, KafkaJSConnectionClosedError }: Internals): void {
  const { connect, disconnect, processData } = Connection.prototype
  const connecting = new WeakMap<Connection, Promise<unknown>>()

  Connection.prototype.connect = function () {
    if (this.isConnected()) return Promise.resolve(true)
    let attempt = connecting.get(this)
    if (attempt === undefined) {
      this.socket?.destroy()
      this.chunks = []
      this.bytesBuffered = 0
      this.bytesNeeded = 4
      this.authHandlers = null
      attempt = connect.call(this).finally(() => connecting.delete(this))
      connecting.set(this, attempt)
    }
    return attempt
  }

  Connection.prototype.disconnect = async function () {
    await disconnect.call(this)
    this.rejectRequests(new KafkaJSConnectionClosedError('Disconnected', { host: this.host, port: this.port }))
  }

  Connection.prototype.processData = function (data) {
    try {
      processData.call(this, data)
    } catch {
      closeConnection(this, new KafkaJSConnectionClosedError('Unreadable answer', { host: this.host, port: this.port }))
    }
  }
}

/**
 * Connection: a request time-out destroys the socket and becomes "connection closed".
 *
 * Without it the time-out is retried on the same socket with the same metadata: a frozen broker is never left.
 */
export function timeoutClosesConnection({ Connection, KafkaJSConnectionClosedError }: Internals): void {
  const { send } = Connection.prototype

  Connection.prototype.send = async function (request) {
    try {
      return await send.call(this, request)
    } catch (error) {
      if ((error as Error).name !== 'KafkaJSRequestTimeoutError') throw error
      const closed = new KafkaJSConnectionClosedError((error as Error).message, { host: this.host, port: this.port })
      closeConnection(this, closed)
      throw closed
    }
  }
}

/**
 * Request queue: the timer that looks for pending requests is armed only while there are some.
 *
 * Without it the queue wakes up every millisecond, for ever: 4.5 % of a core at rest.
 */
export function idleRequestQueue({ RequestQueue: { prototype } }: Internals): void {
  const { scheduleCheckPendingRequests } = prototype
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) scheduleCheckPendingRequests.call(this)
  }
}

/**
 * Request queue: the requests under way move to a new `Map` with each one that is sent (`ShortLivedMap` says why).
 *
 * Without it answered requests, with the batches and invoices that waited for them, outlive the small garbage
 * collections: these take several times as long, and everything waits for them.
 */
export function forgetAnsweredRequests({ RequestQueue: { prototype } }: Internals): void {
  const { push } = prototype
  prototype.push = function (request) {
    this.inflight = new Map(this.inflight)
    push.call(this, request)
  }
}

/**
 * Broker pool: metadata is asked from a broker that answered last time, before one that did not.
 *
 * Without it the refresh after a frozen broker's time-out may ask the frozen broker again (it still accepts
 * connections), and again, while the other brokers have long elected a new leader.
 */
export function askMetadataFromResponsiveBroker({ BrokerPool, Connection }: Internals): void {
  const { send } = Connection.prototype
  const failedAtMs = new Map<string, number>()

  Connection.prototype.send = async function (request) {
    const address = `${this.host}:${this.port}`
    try {
      const answer = await send.call(this, request)
      failedAtMs.delete(address)
      return answer
    } catch (error) {
      if (CONNECTION_ERRORS.has((error as Error).name)) failedAtMs.set(address, performance.now())
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
      } catch {} // the next one; when none is left, the bootstrap addresses
    }
    await this.connect()
    return this.seedBroker as Broker
  }
}

const CONNECTION_ERRORS = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
])

function closeConnection(connection: Connection, error: Error): void {
  connection.connectionStatus = 'disconnected'
  connection.socket?.destroy()
  connection.rejectRequests(error)
}
