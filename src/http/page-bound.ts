import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Senders } from '../admission/senders.ts'
import type { Problem } from '../errors.ts'
import { clientAddress } from './client-address.ts'

/** About what a page takes of the main thread. The longest has 300 KB. */
const PAGE_MS = 1

/**
 * Bounds the pages that anybody may read, by address: whoever asks for very many gets 429 while tills send. Health is
 * not among them.
 */
export function boundPages(pages: FastifyInstance, senders: Senders): void {
  pages.addHook('onRequest', (request, _reply, done) => {
    done(chargeAddress(request, senders, PAGE_MS) ?? undefined)
  })
}

/** Charges `ms` of the main thread to the address that asks, or returns why it gets no answer now. */
export function chargeAddress(request: FastifyRequest, senders: Senders, ms: number): Problem | null {
  const stranger = senders.stranger(clientAddress(request))
  const obstacle = senders.strangerObstacle(stranger)
  if (obstacle === null) stranger.charge(ms)
  return obstacle
}
