import type { BrokerPool, Internals, RequestQueue, SocketRequest } from './internals.ts'

/**
 * Request queue and broker pool: time-outs of requests, throttling and the age of metadata go by the monotonic clock.
 * The timestamps of records still go by the wall clock.
 *
 * Without it a clock that is set back by a minute adds a minute to three things: how long a frozen leader holds its
 * lanes, how long a throttled connection stays silent, and how long added partitions go unnoticed. A clock that is set
 * forward times out everything in flight.
 */
export function monotonicTime({ RequestQueue, BrokerPool }: Internals): void {
  measureRequests(RequestQueue.prototype)
  measureThrottling(RequestQueue.prototype)
  measureMetadata(BrokerPool.prototype)
}

/** How often requests in flight are checked, as in kafkajs. */
const CHECK_EVERY_MS = 100

/**
 * When a request was sent. Kept on the request itself: a `WeakMap` would carry it through small garbage collections.
 */
const SENT_AT_MS = Symbol('sent at')

function measureRequests(prototype: RequestQueue): void {
  const { sendSocketRequest } = prototype

  prototype.sendSocketRequest = function (request: Sent) {
    request[SENT_AT_MS] = performance.now()
    sendSocketRequest.call(this, request)
  }

  prototype.scheduleRequestTimeoutCheck = function () {
    if (!this.enforceRequestTimeout) return
    this.destroy()
    const endLateRequests = () => {
      const nowMs = performance.now()
      for (const request of this.inflight.values() as Iterable<Sent>)
        if (nowMs - (request[SENT_AT_MS] ?? nowMs) > request.requestTimeout) request.timeoutRequest()
      if (!this.isConnected()) this.destroy()
    }
    this.requestTimeoutIntervalId = setInterval(endLateRequests, Math.min(this.requestTimeout, CHECK_EVERY_MS))
  }
}

type Sent = SocketRequest & { [SENT_AT_MS]?: number }

function measureThrottling(prototype: RequestQueue): void {
  const { checkPendingRequests } = prototype

  prototype.maybeThrottle = function (throttleMs) {
    if (throttleMs) this.throttledUntil = Math.max(performance.now() + throttleMs, this.throttledUntil)
  }

  prototype.canSendSocketRequestImmediately = function () {
    const isFull = this.maxInFlightRequests !== null && this.inflight.size >= this.maxInFlightRequests
    return !isFull && this.throttledUntil <= performance.now()
  }

  prototype.scheduleCheckPendingRequests = function () {
    if (this.throttleCheckTimeoutId !== null) return
    const check = () => {
      this.throttleCheckTimeoutId = null
      checkPendingRequests.call(this)
    }
    const leftMs = this.throttledUntil - performance.now()
    this.throttleCheckTimeoutId = setTimeout(check, leftMs > 0 ? leftMs : CHECK_PENDING_EVERY_MS)
  }
}

/** How often a queue that is full, but not throttled, is checked, as in kafkajs. */
const CHECK_PENDING_EVERY_MS = 10

function measureMetadata(prototype: BrokerPool): void {
  const { refreshMetadata, refreshMetadataIfNecessary } = prototype
  const refreshedAtMs = new WeakMap<BrokerPool, number>()

  prototype.refreshMetadata = async function (topics) {
    const answer = await refreshMetadata.call(this, topics)
    refreshedAtMs.set(this, performance.now())
    return answer
  }

  prototype.refreshMetadataIfNecessary = async function (topics) {
    const atMs = refreshedAtMs.get(this)
    // kafkajs compares this with the wall clock, and takes null for expired.
    if (this.metadataExpireAt !== null && atMs !== undefined)
      this.metadataExpireAt = performance.now() - atMs > this.metadataMaxAge ? null : Number.POSITIVE_INFINITY
    return await refreshMetadataIfNecessary.call(this, topics)
  }
}
