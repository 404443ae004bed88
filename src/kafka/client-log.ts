import kafkajs, { type logCreator } from 'kafkajs'

/** What kafkajs says of itself, for whoever logs. `level` is already lowered: its errors are our retries. */
export type OnClientLog = (level: 'warn' | 'debug', message: string, fields: Record<string, unknown>) => void

/**
 * A kafkajs log creator that hands every line to `onClientLog`. kafkajs logs an error for each failed attempt; those
 * are warnings here, because the batch goes on. Its advice against bounded retries is dropped: our own loop retries.
 */
export function clientLog(onClientLog: OnClientLog): logCreator {
  return () =>
    ({ level, namespace, log: { message, broker, error } }) => {
      if (message.startsWith('Limiting retries')) return
      onClientLog(level <= kafkajs.logLevel.WARN ? 'warn' : 'debug', message, { namespace, broker, error })
    }
}
