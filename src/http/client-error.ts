import { type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Problem } from '../errors.ts'
import { problemAnswer } from './problem-document.ts'

/**
 * Answers what never becomes a request: bad HTTP (400), header fields that are too long (431), a request that breaks
 * off or does not arrive in time (408). Writes the problem to the bare socket and closes it.
 *
 * With pipelining, an earlier, complete request of the same connection may still wait for its answer. The till would
 * take this problem for that answer. So nothing is written then: a lost connection means "send again".
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket, requestId: string): void {
  // TLS that never came to be, or that broke: nothing can be written. Plain HTTP on the port for TLS ends here, too.
  if (error.code !== undefined && /^ERR_(?:SSL|TLS)_/.test(error.code)) {
    socket.destroy()
    return
  }
  if (error.code === 'ECONNRESET' || !socket.writable) return
  if (mayAnswer(socket)) socket.write(rawAnswer(clientProblem(error.code), requestId))
  socket.destroySoon()
}

const NO_PROXY = new Problem('method-not-allowed', 'This is no proxy: nothing here takes CONNECT.', {
  headers: { allow: '' },
})

/** Answers CONNECT, which Node takes for the end of HTTP on a connection: without this, it closes it. */
export function answerConnects(server: Server, newRequestId: () => string): void {
  server.on('connect', (_request, socket) => {
    socket.on('error', () => {})
    socket.write(rawAnswer(NO_PROXY, newRequestId()))
    ;(socket as Socket).destroySoon()
  })
}

function mayAnswer(socket: Socket): boolean {
  // Node's own handler looks at the same field: the response that the connection is waiting for.
  const pending = (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage
  if (pending === null || pending === undefined) return true
  return !pending.headersSent && !pending.req.complete
}

function clientProblem(code: string | undefined): Problem {
  // Never a permanent 4xx for a request that broke off: the next attempt may arrive complete.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT' || code === 'HPE_INVALID_EOF_STATE') {
    return new Problem('request-timeout', 'The request did not arrive in time. Send the same document again.')
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Problem('headers-too-large', 'The request line and header fields are longer than this gateway accepts.')
  }
  return new Problem('bad-request', 'This is not HTTP/1.1 as this gateway understands it.')
}

function rawAnswer(problem: Problem, requestId: string): string {
  const { fields, body } = problemAnswer(problem, requestId)
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
    '',
    body,
  ].join('\r\n')
}
