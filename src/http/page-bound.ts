import type { FastifyInstance } from 'fastify'
import type { Senders } from '../admission/senders.ts'
import { clientAddress } from './client-address.ts'

/** About what a page takes of the main thread. The longest has 300 KB. */
const PAGE_MS = 1

/**
 * Bounds the pages that anybody may read, by address: whoever asks for very many gets 429 while tills send. Health is
 * not among them.
 */
export function boundPages(pages: FastifyInstance, senders: Senders): void {
  pages.addHook('onRequest', (request, _reply, done) => {
    const stranger = senders.stranger(clientAddress(request))
    const obstacle = senders.strangerObstacle(stranger)
    if (obstacle === null) stranger.charge(PAGE_MS)
    done(obstacle ?? undefined)
  })
}
