import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { announcedLength } from './announced-length.ts'
import { discardBody } from './parsing.ts'

/**
 * An `onRequest` hook: whoever sends a body where no route reads one gets the answer, and its connection is closed. What of
 * the body comes until then is passed over. Otherwise Node would hand on each piece of it to nobody, as long as it comes:
 * 200,000 chunks a second, which are 1.2 MB, take all of the main thread. Such a request is answered at once, so no
 * bound on load would refuse it.
 */
export function closeBehindUnreadBody(
  { raw }: FastifyRequest,
  reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  const { method, headers } = raw
  const isRead = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
  if (!isRead && (headers['transfer-encoding'] !== undefined || (announcedLength(headers) ?? 0) > 0)) {
    reply.header('connection', 'close')
    discardBody(raw)
  }
  done()
}
