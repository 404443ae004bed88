import { connect, type Socket } from 'node:net'

/** A bare connection, for what an HTTP client would not do. Everything that came back is in `received`. */
export interface RawSocket {
  socket: Socket
  received: () => string
  /** Resolves with everything received once it contains `text`; rejects when the connection closes before. */
  until: (text: string) => Promise<string>
  /** Resolves with everything received once the connection is closed. */
  closed: Promise<string>
}

/** Connects to the loopback address and writes `text`. */
export function rawSocket(port: number, text: string): RawSocket {
  let received = ''
  const socket = connect({ host: '127.0.0.1', port })
  socket.setEncoding('latin1')
  socket.on('data', (chunk) => {
    received += chunk
  })
  socket.on('error', () => {})
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)))
  socket.write(text)

  const until = (wanted: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (!received.includes(wanted)) return
        socket.off('data', look)
        resolve(received)
      }
      socket.on('data', look)
      closed.then(() => reject(new Error(`closed before ${JSON.stringify(wanted)} came; got: ${received}`)))
      look()
    })
  return { socket, received: () => received, until, closed }
}

/** An HTTP/1.1 message as text: a request line, header fields, a body. */
export function message(requestLine: string, headers: Record<string, string | number> = {}, body = ''): string {
  const fields = Object.entries({ host: 'gateway', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${requestLine} HTTP/1.1\r\n${fields.join('')}\r\n${body}`
}

/** Splits the first answer of `received` into status, header fields (names in lower case) and body. */
export function parseAnswer(received: string): { statusCode: number; headers: Record<string, string>; body: string } {
  const end = received.indexOf('\r\n\r\n')
  const [statusLine = '', ...fields] = received.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    fields.map((field) => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
    }),
  )
  const statusCode = Number(statusLine.split(' ')[1])
  const rest = received.slice(end + 4)
  if (headers['transfer-encoding'] === 'chunked') return { statusCode, headers, body: unchunked(rest) }
  return { statusCode, headers, body: rest.slice(0, Number(headers['content-length'] ?? 0)) }
}

/** The body of a message in chunks (RFC 9112, 7.1), in ASCII; what comes behind its last chunk is left out. */
function unchunked(text: string): string {
  let body = ''
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    const length = Number.parseInt(text.slice(at, lineEnd), 16)
    if (lineEnd === -1 || !(length > 0)) return body
    body += text.slice(lineEnd + 2, lineEnd + 2 + length)
    at = lineEnd + 4 + length
  }
}
