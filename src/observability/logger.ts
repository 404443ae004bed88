import { type Logger, pino } from 'pino'
import { within } from '../waiting.ts'

type Destination = ReturnType<typeof pino.destination>

const destinations = new WeakMap<Logger, Destination>()
const closings = new WeakMap<Logger, Promise<void>>()

/**
 * The process's logger: one JSON object a line, to standard output, without blocking on a reader that is slow: lines
 * are buffered and, past the buffer, dropped. So are lines that cannot be written, to a full disk or to a reader that
 * is gone: that is no reason to take no invoices.
 */
export function createLogger(level: string): Logger {
  // Node makes a pipe non-blocking when `process.stdout` is first looked at. Into one that blocks and is full, a write
  // would never come back, and the process could not exit.
  void process.stdout
  const destination = pino.destination({ dest: 1, sync: false, minLength: 0, maxLength: 1_048_576 })
  destination.on('error', () => {})
  const logger = pino({ level, base: { service: 'tillgate' }, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  destinations.set(logger, destination)
  return logger
}

/**
 * Logs nothing more and resolves when everything logged is written, or after `timeoutMs`: then the rest is dropped.
 * Never rejects. To be awaited before `process.exit`, at which pino would wait for ever on a pipe that is full and not
 * read. Calling it again changes nothing.
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
  const closed = new Promise((resolve) => destination.once('close', resolve)) // events.once would reject on an error
  destination.end()
  await within(timeoutMs, closed)
  destination.destroy()
}
