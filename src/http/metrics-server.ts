import { type FastifyInstance, fastify } from 'fastify'
import { errorAnswers } from './error-answers.ts'
import { type OperationsDeps, operationsRoutes } from './operations-routes.ts'
import { ProblemSchema } from './problem-document.ts'

/**
 * Serves `/metrics`, `/livez` and `/readyz` on their own port. Resolves once it listens, with a function to stop it.
 */
export async function startMetricsServer(
  address: { host: string; port: number },
  deps: OperationsDeps,
): Promise<() => Promise<void>> {
  const app: FastifyInstance = fastify({ logger: false, forceCloseConnections: true })
  app.decorateRequest('exchange', null)
  app.addSchema(ProblemSchema)
  errorAnswers(app, () => {})
  operationsRoutes(app, deps)
  await app.listen(address)
  return () => app.close()
}
