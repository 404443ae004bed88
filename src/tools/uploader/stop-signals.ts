/** How long the requests under way are waited for, once the upload is to stop. */
const STOP_TIMEOUT_MS = 10_000

/** What SIGINT and SIGTERM do to an upload. */
export interface StopSignals {
  /** The first one stops it. */
  readonly stopping: AbortSignal
  /** A second one, or a while, breaks off the requests under way. */
  readonly breakingOff: AbortSignal
  /** Takes the signals from here on. */
  listen(): void
  /** The signals do again what they usually do. */
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
