/**
 * Calls `send` at each of the times (in rising order, seconds from `startMs` of the monotonic clock) and says how late
 * the call is. Never waits for anything else. Resolves after the last call, or at once when `signal` aborts.
 */
export function keepSchedule(
  times: Iterator<number, void>,
  startMs: number,
  send: (intendedAtMs: number, latenessMs: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const following = () => {
      const { done, value } = times.next()
      return done ? undefined : startMs + (value as number) * 1_000
    }
    let nextMs = following()
    let timer: NodeJS.Timeout | undefined
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const tick = () => {
      for (let nowMs = performance.now(); nextMs !== undefined && nextMs <= nowMs; nextMs = following())
        send(nextMs, nowMs - nextMs)
      if (nextMs === undefined) end()
      else timer = setTimeout(tick, Math.max(1, nextMs - performance.now()))
    }
    if (signal.aborted) return end()
    signal.addEventListener('abort', end)
    tick()
  })
}
