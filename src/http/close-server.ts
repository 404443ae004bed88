import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { within } from '../waiting.ts'

/**
 * Counts the requests in flight of an app, so that it can be closed without cutting one off. Waiting for connections
 * is not enough: one that never sends a request would keep the server open for ever.
 */
export function trackRequests(app: FastifyInstance): { close: (timeoutMs: number) => Promise<void> } {
  let active = 0
  let onIdle = () => {}
  const count = (_request: IncomingMessage, response: ServerResponse) => {
    active++
    response.on('close', () => {
      if (--active === 0) onIdle()
    })
  }
  // Node emits one of these three for each request. The app handles all of them.
  for (const event of ['request', 'checkContinue', 'checkExpectation']) app.server.on(event, count)

  return {
    /** Stops listening, waits at most `timeoutMs` for the requests in flight, then closes every connection. */
    async close(timeoutMs) {
      const closed = app.close()
      if (active > 0) {
        const idle = new Promise<void>((resolve) => {
          onIdle = resolve
        })
        await within(timeoutMs, idle)
      }
      app.server.closeAllConnections()
      await closed
    },
  }
}
