import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** Counts the pieces of bodies that are handed on. */
export function countPieces(app: FastifyInstance): () => number {
  let pieces = 0
  app.server.on('request', (request: IncomingMessage) => {
    const push = request.push.bind(request)
    request.push = (piece) => {
      if (piece !== null) pieces++
      return push(piece)
    }
  })
  return () => pieces
}
