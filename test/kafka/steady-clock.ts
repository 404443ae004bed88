const LOOK_EVERY_MS = 5
const MOST_MS = 20

/**
 * A monotonic clock that stands still while the process is held up: from one look to the next, of which there is one
 * every few milliseconds, at most 20 ms pass. For what both sides of a connection measure in one process: a machine that
 * is busy must not end a session, nor a request, before the client had the time to do anything about it.
 */
export function steadyClock(): () => number {
  const now = performance.now.bind(performance)
  let seenMs = now()
  let steadyMs = seenMs
  const look = () => {
    const nowMs = now()
    steadyMs += Math.min(nowMs - seenMs, MOST_MS)
    seenMs = nowMs
    return steadyMs
  }
  setInterval(look, LOOK_EVERY_MS).unref()
  return look
}
