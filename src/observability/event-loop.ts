import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How often the loop is looked at. Holding it up for less is not seen. */
const RESOLUTION_MS = 10
const WINDOW_MS = 60_000

/**
 * Watches how long the main thread is held up. Returns a function that says the longest time within the last minute or
 * two, in seconds: by a request, a garbage collection, or another process on the same core. Two readers see the same, and
 * what happens between two readings is never lost. `now` is a monotonic clock in milliseconds.
 */
export function watchEventLoop(now = () => performance.now()): () => number {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  let windowFromMs = now()
  let beforeSeconds = 0
  return () => {
    // A delay counts from the last look, so it has the time between two looks in it.
    const longestSeconds = Math.max(delays.max / 1e9 - RESOLUTION_MS / 1_000, 0)
    const seconds = Math.max(beforeSeconds, longestSeconds)
    if (now() - windowFromMs >= WINDOW_MS) {
      delays.reset()
      windowFromMs = now()
      beforeSeconds = longestSeconds
    }
    return seconds
  }
}
