import type { Logger } from 'pino'
import type { KafkaMetrics } from './kafka-metrics.ts'

/**
 * Counts each pause that a broker asks for because of a quota. Logs when the pauses of a broker begin, and when they are
 * over, with how long they went on.
 */
export function createThrottleLog(logger: Logger, metrics: () => Pick<KafkaMetrics, 'kafkaPaused' | 'kafkaThrottled'>) {
  return (what: 'pause' | 'began' | 'ended', broker: string, ms: number): void => {
    const seconds = Math.round(ms) / 1_000
    if (what === 'pause') {
      metrics().kafkaPaused(broker, seconds)
      return
    }
    metrics().kafkaThrottled(broker, what === 'began')
    if (what === 'began') logger.warn({ broker, pauseSeconds: seconds }, 'kafka throttles: a quota is exceeded')
    else logger.info({ broker, seconds }, 'kafka no longer throttles')
  }
}
