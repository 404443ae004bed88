import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { Problem } from '../errors.ts'

const NOT_ONE = new Problem('bad-request', 'A request has exactly one Host field.', {
  headers: { connection: 'close' },
})

/**
 * An `onRequest` hook that refuses a request without exactly one `Host` field (RFC 9112, section 3.2). Of two, a proxy
 * may read one and Node the other. HTTP/1.0 may have none.
 */
export function checkHost(request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const { rawHeaders, httpVersion } = request.raw
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2) if (isHost(rawHeaders[i] as string)) hosts++
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) done()
  else done(NOT_ONE)
}

function isHost(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'host'
}
