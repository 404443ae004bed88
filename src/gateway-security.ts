import type { Logger } from 'pino'
import { type Auth, startAuth } from './auth/auth.ts'
import { authOptions, tlsFiles } from './config.ts'
import type { Config } from './config-schema.ts'
import { readTlsFiles, type TlsOptions } from './http/tls.ts'
import { isLoopback } from './network-address.ts'
import type { EventSummary } from './observability/summary.ts'

interface Security {
  /** HTTPS, if there is a certificate. */
  readonly tls: TlsOptions | undefined
  /** Undefined with `AUTH=off`. */
  readonly auth: Auth | undefined
}

/** The parts that decide who may connect and send. Rejects when a file cannot be read, and leaves nothing behind. */
export async function createSecurity(config: Config, logger: Logger, events: EventSummary): Promise<Security> {
  const files = tlsFiles(config)
  if (files !== undefined) await readTlsFiles(files)
  const tls = files && {
    ...files,
    onTrouble: (reason: string) => logger.error({ reason }, 'TLS files cannot be used; the last ones still count'),
    onRefused: (code: string) => events.note('info', 'a connection did not become TLS', { code }),
  }
  return { tls, auth: await createAuth(config, logger, events) }
}

async function createAuth(config: Config, logger: Logger, events: EventSummary): Promise<Auth | undefined> {
  const options = authOptions(config)
  if (options === null) {
    const level = isLoopback(config.HOST) ? 'info' : 'warn'
    logger[level]('AUTH=off: whoever reaches the port may write invoices for every store')
    return undefined
  }
  return await startAuth({
    ...options,
    onFirstUse: ({ name, tokenId }, by) => events.note('info', `${by} used`, { name, tokenId }),
    onTrouble: (reason) => logger.error({ reason }, 'keys or revocations cannot be read; the last ones still count'),
  })
}
