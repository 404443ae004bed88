import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { Problem } from '../errors.ts'

const HOSTS = malformed('A request has exactly one Host field, which is a name or an address.')
const REPEATED = malformed('Content-Type and Authorization may not be repeated.')
const CODING = malformed('The only transfer coding that is taken is chunked, in HTTP/1.1.')
const TARGET = malformed('Only OPTIONS may have * for a path.')
const VERSION = malformed('This gateway speaks HTTP/1.1.')

/** RFC 3986, 3.2.2 and 3.2.3, without looking closer. May be empty. */
const HOST = /^[\w.~!$&'()*+,;=%:[\]-]*$/

/**
 * An `onRequest` hook that refuses what a proxy in front may read differently, and closes the connection. Node answers
 * some of it itself (`client-error.ts`): two lengths, a length beside a transfer coding. The rest is refused here:
 *
 * - not exactly one `Host`, or one that is none (RFC 9112, 3.2; HTTP/1.0 may have none)
 * - `Content-Type` or `Authorization` twice: Node takes the first, others may take the last
 * - a transfer coding beside chunked, which Node would leave in the body, and any in HTTP/1.0 (RFC 9112, 6.1)
 * - `*` for a path, which Fastify would take for `/`, and other versions of HTTP
 */
export function checkRequest(request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const problem = problemOf(request.raw)
  if (problem === null) done()
  else done(problem)
}

function problemOf({ rawHeaders, httpVersion, headers, url, method }: FastifyRequest['raw']): Problem | null {
  const isOld = httpVersion === '1.0'
  if (!isOld && httpVersion !== '1.1') return VERSION
  let hosts = 0
  let types = 0
  let tokens = 0
  // Most names have another length, so that hardly any is looked at.
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
    else if (name.length === 12 && name.toLowerCase() === 'content-type') types++
    else if (name.length === 13 && name.toLowerCase() === 'authorization') tokens++
  }
  const hasHost = hosts === 1 && HOST.test(headers.host as string)
  if (!hasHost && !(hosts === 0 && isOld)) return HOSTS
  if (types > 1 || tokens > 1) return REPEATED
  const coding = headers['transfer-encoding']
  if (coding !== undefined && (isOld || coding.trim().toLowerCase() !== 'chunked')) return CODING
  return url === '*' && method !== 'OPTIONS' ? TARGET : null
}

function malformed(detail: string): Problem {
  return new Problem('bad-request', detail, { headers: { connection: 'close' } })
}
