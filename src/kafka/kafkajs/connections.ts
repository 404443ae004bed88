import type { Broker, Connection, Internals } from './internals.ts'

/**
 * Broker: *connected* means that ApiVersions and authentication have finished on the socket in use, within the
 * connection time-out. Callers that connect at the same time share one attempt.
 *
 * Without it a second caller sees that TCP is up, goes on before the handshake is done, and fails with "Broker not
 * connected", which is not retried. And a frozen broker, whose kernel still accepts connections, counts as connected.
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
    broker.versions = null // so that it counts as connected only after an answer
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
 * Connection: when it connects again, it forgets what the earlier socket received and destroys that socket. Callers
 * that connect at the same time share one attempt. Bytes that cannot be parsed close the connection. A disconnect
 * rejects the requests that still wait, because nobody will read their answers.
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
 * Without it the request is retried on the same socket with the same metadata: a frozen broker is never left.
 */
export function timeoutClosesConnection(internals: Internals): void {
  const { Connection, KafkaJSConnectionClosedError, KafkaJSRequestTimeoutError } = internals
  const { send } = Connection.prototype

  Connection.prototype.send = async function (request) {
    try {
      return await send.call(this, request)
    } catch (error) {
      if (!(error instanceof KafkaJSRequestTimeoutError)) throw error
      const closed = new KafkaJSConnectionClosedError(error.message, { host: this.host, port: this.port })
      closeConnection(this, closed)
      throw closed
    }
  }
}

/**
 * Sockets: what is written is sent at once (`TCP_NODELAY`), as in Java's client.
 *
 * Without it the end of a request may wait 40 ms until the broker's kernel acknowledges what was sent before.
 */
export function sendAtOnce({ replaceModule }: Internals): void {
  replaceModule<CreateSocketFactory>('network/socketFactory', (create) => () => {
    const open = create()
    return (address) => open(address).setNoDelay(true)
  })
}

type CreateSocketFactory = () => (address: unknown) => import('node:net').Socket

function closeConnection(connection: Connection, error: Error): void {
  connection.connectionStatus = 'disconnected'
  connection.socket?.destroy()
  connection.rejectRequests(error)
}
