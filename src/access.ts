import type { Logger } from 'pino'
import { startAuth } from './auth/auth.ts'
import { authOptions } from './config.ts'
import type { Config } from './config-schema.ts'
import type { AdmissionRules } from './http/admission.ts'
import type { IngestDeps } from './ingest/invoice.ts'
import { isLoopback } from './network-address.ts'
import { AccessLog, type LoggedDenial } from './observability/access-log.ts'
import type { TokenMetrics, TokenRefusal } from './observability/token-metrics.ts'

/** Who may send: tokens, and what is logged and counted of them. */
export interface Access extends Pick<AdmissionRules, 'authenticate' | 'onDenied'>, Pick<IngestDeps, 'onForbidden'> {
  /** Why no token can be verified; undefined if it can, or none is needed. */
  readonly noKeys: string | undefined
  readonly rememberedTokens: number
  /** Keys or revocations that could not be read again. */
  readonly staleFiles: number
  stop(): void
}

/** Rejects when a file of keys or revocations cannot be read. `metrics` is called when something happens. */
export async function startAccess(config: Config, logger: Logger, metrics: () => TokenMetrics): Promise<Access> {
  const options = authOptions(config)
  if (options === null) {
    const level = isLoopback(config.HOST) ? 'info' : 'warn'
    logger[level]('AUTH=off: whoever reaches the port may write invoices for every store')
    return { authenticate: null, noKeys: undefined, rememberedTokens: 0, staleFiles: 0, stop() {} }
  }
  const log = new AccessLog(logger)
  const auth = await startAuth({
    ...options,
    onFirstUse(principal, address, by) {
      metrics().tokenVerified()
      log.used(principal, address, by)
    },
    onKeys: (ids) => logger.info({ ids }, 'keys of tokens read'),
    onRevocations({ tokens, names, stores, allBeforeMs }) {
      const all = allBeforeMs === 0 ? undefined : new Date(allBeforeMs).toISOString()
      logger.info({ tokens: tokens.size, names: names.size, stores: stores.size, all }, 'revocations read')
    },
    onTrouble: (reason) => logger.error({ reason }, 'keys or revocations cannot be read; the last ones still count'),
  }).catch((error: unknown) => {
    log.stop()
    throw error
  })
  const denied = (denial: LoggedDenial & { readonly reason: TokenRefusal }) => {
    metrics().tokenRefused(denial.reason)
    log.denied(denial)
  }
  return {
    authenticate: auth.authenticate,
    onDenied: ({ reason, address, principal }) => denied({ reason, address, token: principal }),
    onForbidden: (principal, { storeId, terminalId }) =>
      denied({ reason: 'store or terminal', token: principal ?? undefined, storeId, terminalId }),
    get noKeys() {
      return auth.noKeys
    },
    get rememberedTokens() {
      return auth.rememberedTokens
    },
    get staleFiles() {
      return auth.troubles.length
    },
    stop() {
      auth.stop()
      log.stop()
    },
  }
}
