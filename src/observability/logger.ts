import { type Logger, pino } from 'pino'
import { within } from '../waiting.ts'
import { whereOf } from './answers.ts'

type Destination = ReturnType<typeof pino.destination>

const destinations = new WeakMap<Logger, Destination>()
const closings = new WeakMap<Logger, Promise<void>>()

const CLOSE_TIMEOUT_MS = 500

/**
 * The process's logger: one JSON object per line, to standard output. A slow reader never blocks it: lines are buffered
 * and, when the buffer is full, dropped. Lines that cannot be written, because the disk is full or the reader is gone,
 * are dropped too: that is no reason to refuse invoices. Of an error that is logged as `cause`, the message
 * is left out: it may quote what a till sent.
 */
export function createLogger(level: string): Logger {
  // Node makes a pipe non-blocking when `process.stdout` is first accessed. A write into a full pipe that blocks would
  // never return, and the process could not exit.
  void process.stdout
  const destination = pino.destination({ dest: 1, sync: false, minLength: 0, maxLength: 1_048_576 })
  destination.on('error', () => {})
  const options = { level, base: { service: 'tillgate' }, timestamp: pino.stdTimeFunctions.isoTime }
  const logger = pino({ ...options, serializers: { cause: whereOf } }, destination)
  destinations.set(logger, destination)
  return logger
}

/**
 * Logs nothing more and resolves when everything logged is written. After half a second it drops the rest. Never rejects.
 * Await it before `process.exit`: pino would wait for ever on a full pipe that nobody reads. Further calls change
 * nothing.
 */
export function closeLogger(logger: Logger): Promise<void> {
  let closing = closings.get(logger)
  if (closing === undefined) {
    closing = close(logger)
    closings.set(logger, closing)
  }
  return closing
}

async function close(logger: Logger): Promise<void> {
  logger.level = 'silent'
  const destination = destinations.get(logger)
  if (destination === undefined) return
  const closed = new Promise((resolve) => destination.once('close', resolve)) // events.once would reject on an error
  destination.end()
  await within(CLOSE_TIMEOUT_MS, closed)
  destination.destroy()
}
