/** How long a stopping upload waits for the requests in flight. */
const STOP_TIMEOUT_MS = 10_000

/** What SIGINT and SIGTERM do to an upload. */
export interface StopSignals {
  /** Aborted by the first signal: the upload stops. */
  readonly stopping: AbortSignal
  /** Aborted by a second signal, or 10 s after the first: the requests in flight are broken off. */
  readonly breakingOff: AbortSignal
  /** Handles the signals from now on. */
  listen(): void
  /** Restores the usual effect of the signals. */
  release(): void
}

export function createStopSignals(): StopSignals {
  const stopping = new AbortController()
  const breakingOff = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const onSignal = () => {
    if (stopping.signal.aborted) breakingOff.abort()
    stopping.abort()
    timer ??= setTimeout(() => breakingOff.abort(), STOP_TIMEOUT_MS)
  }
  return {
    stopping: stopping.signal,
    breakingOff: breakingOff.signal,
    listen: () => void process.on('SIGINT', onSignal).on('SIGTERM', onSignal),
    release() {
      clearTimeout(timer)
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    },
  }
}
