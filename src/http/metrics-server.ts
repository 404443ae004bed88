import { fastify } from 'fastify'
import { type OperationsDeps, operationsRoutes } from './operations-routes.ts'

/** Serves `/metrics`, `/livez` and `/readyz` on a port of their own. Resolves, listening, with how to stop it. */
export async function startMetricsServer(
  address: { host: string; port: number },
  deps: OperationsDeps,
): Promise<() => Promise<void>> {
  const app = fastify({ logger: false, forceCloseConnections: true })
  operationsRoutes(app, deps)
  await app.listen(address)
  return () => app.close()
}
