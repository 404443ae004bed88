import { type Logger, pino } from 'pino'

/**
 * The process's logger: one JSON object a line, to standard output, without blocking on a reader that is slow: lines
 * are buffered and, past the buffer, dropped.
 */
export function createLogger(level: string): Logger {
  return pino(
    { level, base: { service: 'tillgate' }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 1, sync: false, minLength: 0, maxLength: 1_048_576 }),
  )
}
