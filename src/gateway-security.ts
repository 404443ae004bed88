import type { Logger } from 'pino'
import { type Access, startAccess } from './access.ts'
import { ConfigError, tlsFiles } from './config.ts'
import type { Config } from './config-schema.ts'
import { readTlsFiles, type TlsOptions } from './http/tls.ts'
import type { EventSummary } from './observability/summary.ts'
import type { TokenMetrics } from './observability/token-metrics.ts'

interface Security {
  /** HTTPS, if there is a certificate. */
  readonly tls: TlsOptions | undefined
  readonly access: Access
}

/**
 * The parts that decide who may connect and send. Rejects with `ConfigError` when a file cannot be used, and leaves nothing
 * behind. `metrics` is called when something happens.
 */
export async function createSecurity(
  config: Config,
  logger: Logger,
  events: EventSummary,
  metrics: () => TokenMetrics,
): Promise<Security> {
  const files = tlsFiles(config)
  if (files !== undefined) await readTlsFiles(files).catch(asConfigError)
  const tls = files && {
    ...files,
    onTrouble: (reason: string) => logger.error({ reason }, 'TLS files cannot be used; the last ones still count'),
    onRefused: (code: string) => events.note('info', 'a connection did not become TLS', { code }),
  }
  return { tls, access: await startAccess(config, logger, metrics).catch(asConfigError) }
}

function asConfigError(error: Error): never {
  throw new ConfigError([error.message])
}
