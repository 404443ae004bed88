import type { Logger } from 'pino'
import { type AdminListener, startAdminListener } from './admin/listener.ts'
import type { Operations } from './admin/operator-routes.ts'
import { connectionTimeoutMs } from './config.ts'
import { listed } from './config-lists.ts'
import type { Config } from './config-schema.ts'
import type { AppOptions, buildApp } from './http/app.ts'
import type { OpenapiDocument } from './http/openapi.ts'
import { connectionsWithin, openFilesLimit } from './open-files.ts'

/** What the port of the tills is opened with. */
export function appOptions(config: Config, logger: Logger): AppOptions {
  const openFiles = openFilesLimit()
  const maxConnections = connectionsWithin(openFiles, config)
  if (maxConnections < config.MAX_CONNECTIONS)
    logger.info(
      { openFiles, maxConnections },
      'the process may open too few files for MAX_CONNECTIONS: it takes fewer connections',
    )
  return {
    maxInvoiceBytes: config.MAX_INVOICE_BYTES,
    maxUploadBytes: config.UPLOAD_MAX_BYTES,
    maxCompressedBytes: config.UPLOAD_MAX_COMPRESSED_BYTES,
    inlineBytes: config.UPLOAD_INLINE_BYTES,
    invoiceInlineBytes: config.INVOICE_INLINE_BYTES,
    maxConnections,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    keepAliveTimeoutMs: config.KEEP_ALIVE_TIMEOUT_MS,
    connectionTimeoutMs: connectionTimeoutMs(config),
    logger,
    docs: config.PUBLIC_DOCS,
    corsOrigins: listed(config.CORS_ORIGINS),
    trustedProxies: listed(config.TRUSTED_PROXIES),
  }
}

type App = Awaited<ReturnType<typeof buildApp>>

/** Both ports of an instance. */
export interface Listeners {
  /** Where it listens for tills. */
  readonly url: string
  readonly admin: AdminListener
}

/**
 * Opens both ports, the operator's first: it is there to say why the other takes nothing. Rejects when one cannot be
 * opened; the operator's is closed then, and `app` is left to the caller.
 */
export async function openPorts(
  config: Config,
  app: App,
  operations: Omit<Operations, 'openapi'>,
  logger: Logger,
): Promise<Listeners> {
  const openapi = app.swagger() as OpenapiDocument
  const admin = await startAdminListener(
    { ...operations, openapi },
    {
      host: config.ADMIN_HOST,
      port: config.ADMIN_PORT,
      maxConnections: config.ADMIN_MAX_CONNECTIONS,
      names: listed(config.ADMIN_NAMES),
      logger,
    },
  )
  try {
    const listening = await app.listen({ host: config.HOST, port: config.PORT })
    return { url: listening.replace('//[::]:', '//[::1]:'), admin } // as Fastify does for 0.0.0.0
  } catch (error) {
    await admin.stop()
    throw error
  }
}
