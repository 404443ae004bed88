import type { FastifyInstance } from 'fastify'

/**
 * Counts the requests of an app that are being answered, so that it can be closed without cutting one off. Waiting
 * for connections would not do: one that never sends a request keeps a server open for ever.
 */
export function trackRequests(app: FastifyInstance): { close: (timeoutMs: number) => Promise<void> } {
  let active = 0
  let onIdle = () => {}
  app.server.on('request', (_request, response) => {
    active++
    response.once('close', () => {
      if (--active === 0) onIdle()
    })
  })

  return {
    /** Stops listening, waits for the requests under way, at most `timeoutMs`, then closes every connection. */
    async close(timeoutMs) {
      const closed = app.close()
      if (active > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs)
          onIdle = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      app.server.closeAllConnections()
      await closed
    },
  }
}
