import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, pino } from 'pino'

type Destination = ReturnType<typeof pino.destination>

const destinations = new WeakMap<Logger, Destination>()
const closings = new WeakMap<Logger, Promise<void>>()

/**
 * The process's logger: one JSON object a line, to standard output, without blocking on a reader that is slow: lines
 * are buffered and, past the buffer, dropped.
 */
export function createLogger(level: string): Logger {
  // Node makes a pipe non-blocking when `process.stdout` is first looked at. Into one that blocks and is full, a write
  // would never come back, and the process could not exit.
  void process.stdout
  const destination = pino.destination({ dest: 1, sync: false, minLength: 0, maxLength: 1_048_576 })
  const logger = pino({ level, base: { service: 'tillgate' }, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  destinations.set(logger, destination)
  return logger
}

/**
 * Logs nothing more and resolves when everything logged is written, or after `timeoutMs`: then the rest is dropped. To
 * be awaited before `process.exit`, at which pino would wait for ever on a pipe that is full and not read. Calling it
 * again changes nothing.
 */
export function closeLogger(logger: Logger, timeoutMs = 500): Promise<void> {
  let closing = closings.get(logger)
  if (closing === undefined) {
    closing = close(logger, timeoutMs)
    closings.set(logger, closing)
  }
  return closing
}

async function close(logger: Logger, timeoutMs: number): Promise<void> {
  logger.level = 'silent'
  const destination = destinations.get(logger)
  if (destination === undefined) return
  const closed = once(destination, 'close')
  destination.end()
  await Promise.race([closed, sleep(timeoutMs)])
  destination.destroy()
}
