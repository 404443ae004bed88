import type { Internals } from './internals.ts'

/**
 * Request queue: the timer that checks for pending requests is armed only while there are some.
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
 * Request queue: each request that is sent moves the requests in flight to a new `Map` (`ShortLivedMap` says why).
 *
 * Without it answered requests survive the small garbage collections, with the batches and invoices that waited for
 * them. These collections then take several times as long, and everything waits for them.
 */
export function forgetAnsweredRequests({ RequestQueue: { prototype } }: Internals): void {
  const { push } = prototype
  prototype.push = function (request) {
    this.inflight = new Map(this.inflight)
    push.call(this, request)
  }
}
