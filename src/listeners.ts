import type { Logger } from 'pino'
import { type AdminListener, startAdminListener } from './admin/listener.ts'
import type { Operations } from './admin/operator-routes.ts'
import type { Config } from './config-schema.ts'
import type { buildApp } from './http/app.ts'
import type { OpenapiDocument } from './http/openapi.ts'

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
    { host: config.ADMIN_HOST, port: config.ADMIN_PORT, maxConnections: config.ADMIN_MAX_CONNECTIONS, logger },
  )
  try {
    const listening = await app.listen({ host: config.HOST, port: config.PORT })
    return { url: listening.replace('//[::]:', '//[::1]:'), admin } // as Fastify does for 0.0.0.0
  } catch (error) {
    await admin.stop()
    throw error
  }
}
