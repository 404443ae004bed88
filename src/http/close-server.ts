import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { within } from '../waiting.ts'

/**
 * Counts the requests of an app that are being answered, so that it can be closed without cutting one off. Waiting
 * for connections would not do: one that never sends a request keeps a server open for ever.
 */
export function trackRequests(app: FastifyInstance): { close: (timeoutMs: number) => Promise<void> } {
  let active = 0
  let onIdle = () => {}
  const count = (_request: IncomingMessage, response: ServerResponse) => {
    active++
    response.once('close', () => {
      if (--active === 0) onIdle()
    })
  }
  // Node emits one of the three for a request; the app has handlers for all of them.
  for (const event of ['request', 'checkContinue', 'checkExpectation']) app.server.on(event, count)

  return {
    /** Stops listening, waits for the requests under way, at most `timeoutMs`, then closes every connection. */
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
