import type { Connection, Internals, RequestQueue, SocketRequest } from './internals.ts'

/** SaslHandshake, SaslAuthenticate: what a broker takes while a connection logs in. */
const OF_LOGIN: ReadonlySet<number> = new Set([17, 36])

/** A session is renewed when 85 to 95 % of it are over, as in Java's client: not all connections at the same time. */
const RENEW_FROM = 0.85
const RENEW_SPREAD = 0.1
/** A broker refuses a second login within a second. */
const LEAST_MS = 1_100
/** After this long a new token is asked for again, while the session goes on. */
const NEXT_TOKEN_MS = 1_000

interface Session {
  readonly renewAtMs: number
  readonly endsAtMs: number
}

/**
 * Sessions (KIP-368): a login that ends soon is renewed on its connection, which stays connected meanwhile. Until the
 * renewal is over, nothing else is written to that connection. Without a new token the session goes on to its end. A
 * renewal that fails closes the connection.
 *
 * Without it a connection counts as not connected in the last ten seconds of a session, so that nothing is ever sent
 * where sessions are shorter than that. And what is written in the middle of a renewal breaks the connection.
 */
export function renewSessions(internals: Internals): void {
  const { Connection, ConnectionPool, RequestQueue, SaslAuthenticator, KafkaJSConnectionClosedError } = internals
  const { authenticate } = SaslAuthenticator.prototype
  const { sendSocketRequest } = RequestQueue.prototype
  const sessions = new WeakMap<Connection, Session>()
  const held = new WeakMap<RequestQueue, SocketRequest[]>()

  Connection.prototype.isAuthenticated = function () {
    return this.authenticatedAt !== null && performance.now() < (sessions.get(this)?.renewAtMs ?? 0)
  }

  ConnectionPool.prototype.isAuthenticated = function () {
    return this.pool.some(({ authenticatedAt }) => authenticatedAt !== null)
  }

  RequestQueue.prototype.sendSocketRequest = function (request) {
    const waiting = OF_LOGIN.has(request.entry.apiKey) ? undefined : held.get(this)
    if (waiting === undefined) sendSocketRequest.call(this, request)
    else waiting.push(request)
  }

  SaslAuthenticator.prototype.authenticate = async function () {
    const { connection } = this
    const { requestQueue: queue } = connection
    const waiting: SocketRequest[] = []
    try {
      if (!(await hasToken(connection))) return
      held.set(queue, waiting)
      const startedAtMs = performance.now()
      await authenticate.call(this)
      sessions.set(connection, sessionFrom(startedAtMs, Number(this.sessionLifetime)))
    } catch (error) {
      close(connection)
      throw error
    } finally {
      held.delete(queue)
      for (const request of waiting) send(connection, request)
    }
  }

  /** Before the login begins: the broker takes nothing else while it waits for the token. */
  async function hasToken(connection: Connection): Promise<boolean> {
    try {
      await connection.sasl?.oauthBearerProvider?.()
      return true
    } catch (error) {
      const session = connection.authenticatedAt === null ? undefined : sessions.get(connection)
      const nowMs = performance.now()
      if (session === undefined || nowMs >= session.endsAtMs) throw error
      sessions.set(connection, { ...session, renewAtMs: Math.min(nowMs + NEXT_TOKEN_MS, session.endsAtMs) })
      return false
    }
  }

  function send(connection: Connection, request: SocketRequest): void {
    if (connection.isConnected()) connection.requestQueue.sendSocketRequest(request)
    else request.rejected(closed(connection))
  }

  function close(connection: Connection): void {
    connection.connectionStatus = 'disconnected'
    connection.authenticatedAt = null
    connection.socket?.destroy()
    connection.rejectRequests(closed(connection))
  }

  function closed({ host, port }: Connection): Error {
    return new KafkaJSConnectionClosedError('The login failed', { host, port })
  }
}

/** `lifetimeMs`: as the broker says; 0 for a session without end. */
function sessionFrom(startedAtMs: number, lifetimeMs: number): Session {
  if (lifetimeMs === 0) return { renewAtMs: Number.POSITIVE_INFINITY, endsAtMs: Number.POSITIVE_INFINITY }
  const part = lifetimeMs * (RENEW_FROM + RENEW_SPREAD * Math.random())
  return { renewAtMs: startedAtMs + Math.max(part, LEAST_MS), endsAtMs: startedAtMs + lifetimeMs }
}

/**
 * Broker: the token for a login is fetched before the connection is made.
 *
 * Without it a token server that is slow looks like a broker that is: the connection's time-out closes it.
 */
export function fetchTokenFirst({ Broker: { prototype } }: Internals): void {
  const { connect } = prototype
  prototype.connect = async function () {
    if (!this.isConnected()) await this.connectionPool.sasl?.oauthBearerProvider?.()
    return await connect.call(this)
  }
}
