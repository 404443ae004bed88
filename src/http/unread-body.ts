import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { announcedLength } from './announced-length.ts'
import { passOver } from './linger.ts'

/** Whether any route reads a body that comes with this method. */
export function takesBody(method: string | undefined): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}

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
  if (!takesBody(method) && (headers['transfer-encoding'] !== undefined || (announcedLength(headers) ?? 0) > 0)) {
    reply.header('connection', 'close')
    passOver(raw, reply.raw, true)
  }
  done()
}
