import type { Connection, Internals, RequestQueue } from './internals.ts'

/** The event of a producer whose broker asks it to pause. Its payload is a `ThrottleNotice`. */
export const THROTTLED = 'network.throttled'

/** A broker's answer asked for a pause: a quota was exceeded (`throttle_time_ms`, KIP-219). */
export interface ThrottleNotice {
  /** `host:port` */
  readonly broker: string
  /** 0: the first answer without a pause. */
  readonly throttleMs: number
}

/** How long a pause is kept on one connection. Doubled each time that the broker asks for the next one at once. */
const HOLD_MS = { first: 5_000, most: 20_000 }

/** What a client knows of a broker that throttles it, over all its connections to that broker. */
interface Pace {
  /** `true` from a pause that the broker asked for to the first answer without one. */
  isThrottled: boolean
  holdMs: number
  /** Whether a pause is kept to its end, however long. */
  isKept: boolean
}

/**
 * Request queue and connection: a pause that a broker asks for is kept for a few seconds at most. Then the connection is
 * closed, so that the next request goes through a new one, and its answer says whether there still is a quota. And a
 * producer tells its listeners of each pause. Pauses are kept to their end once there was a transaction: EndTxn may wait
 * there, which is asked for only once, so that a closed connection would end the transaction and its producer.
 *
 * Without it a pause is kept as long as it was announced. That is minutes after a quota was lowered, even if it was
 * removed meanwhile: the broker does not read from that connection before the pause is over. All requests wait, also
 * those for metadata.
 */
export function boundThrottling({ RequestQueue, Connection, KafkaJSConnectionClosedError, ...rest }: Internals): void {
  rest.replaceModule<{ events: object }>('producer/instrumentationEvents', (module) => {
    Object.assign(module.events, { [THROTTLED]: THROTTLED })
    return module
  })
  tellPauses(RequestQueue.prototype)
  const { connect } = Connection.prototype

  Connection.prototype.connect = function () {
    if (!this.isConnected()) {
      this.requestQueue.throttledUntil = Number.NEGATIVE_INFINITY // only the earlier socket was paused
      this.requestQueue.onLongPause = () => closeConnection(this)
    }
    return connect.call(this)
  }

  function closeConnection(connection: Connection): void {
    const { host, port } = connection
    connection.connectionStatus = 'disconnected'
    connection.socket?.destroy()
    connection.rejectRequests(new KafkaJSConnectionClosedError('Throttled for too long', { host, port }))
  }
}

function tellPauses(prototype: RequestQueue): void {
  const { maybeThrottle, destroy } = prototype

  prototype.maybeThrottle = function (throttleMs) {
    maybeThrottle.call(this, throttleMs)
    if (!throttleMs) return
    tell(this, throttleMs)
    const pace = paceOf(this)
    pace.isThrottled = true
    if (pace.isKept || throttleMs <= pace.holdMs || this.longPause !== undefined) return
    this.longPause = setTimeout(() => {
      this.longPause = undefined
      pace.holdMs = Math.min(2 * pace.holdMs, HOLD_MS.most)
      this.onLongPause?.()
    }, pace.holdMs)
  }

  prototype.destroy = function () {
    clearTimeout(this.longPause)
    this.longPause = undefined
    destroy.call(this)
  }
}

/** By client, whose connections share an emitter, then by broker. */
const paces = new WeakMap<object, Map<string, Pace>>()

/** Whether the latest answer of the broker to the client asked for a pause. */
export function isThrottled(queue: RequestQueue): boolean {
  return paceOf(queue).isThrottled
}

/** From now on, pauses that this broker asks this client for are kept to their end. */
export function keepPauses(queue: RequestQueue): void {
  paceOf(queue).isKept = true
}

function paceOf(queue: RequestQueue): Pace {
  const client = queue.instrumentationEmitter ?? queue
  let ofClient = paces.get(client)
  if (ofClient === undefined) {
    ofClient = new Map()
    paces.set(client, ofClient)
  }
  let pace = ofClient.get(queue.broker)
  if (pace === undefined) {
    pace = { isThrottled: false, holdMs: HOLD_MS.first, isKept: false }
    ofClient.set(queue.broker, pace)
  }
  return pace
}

/** The broker has answered without a pause. */
export function endThrottle(queue: RequestQueue): void {
  const pace = paceOf(queue)
  if (!pace.isThrottled) return
  pace.isThrottled = false
  pace.holdMs = HOLD_MS.first
  tell(queue, 0)
}

function tell({ instrumentationEmitter, broker }: RequestQueue, throttleMs: number): void {
  instrumentationEmitter?.emit(THROTTLED, { broker, throttleMs } satisfies ThrottleNotice)
}
