import { connect, type Socket } from 'node:net'

/** One answer, as far as a load generator looks at it. */
export interface Answer {
  readonly status: number
  /** Seconds; 0 if the answer does not say. */
  readonly retryAfter: number
  readonly body: Buffer
}

const HEAD_END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n')

/**
 * A keep-alive HTTP/1.1 connection that sends one prepared request after the other. It is little more than the socket,
 * so that the generator costs less than what it measures. No answer may come before its request.
 */
export class HttpConnection {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #answer: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('error', (error) => this.#answer?.reject(error))
    socket.on('close', () => this.#answer?.reject(new Error('the connection was closed')))
  }

  static open(url: URL): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => resolve(new HttpConnection(socket)))
    })
  }

  /** Sends one whole request. Resolves when its answer was read to the end. */
  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#answer = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const headEnd = this.#received.indexOf(HEAD_END)
    if (headEnd === -1) return
    const head = this.#received.toString('latin1', 0, headEnd)
    const body = bodyOf(head, this.#received.subarray(headEnd + HEAD_END.length))
    if (body === null) return
    this.#received = Buffer.alloc(0)
    const answer = this.#answer
    this.#answer = null
    const retryAfter = Number(/retry-after: (\d+)/i.exec(head)?.[1] ?? 0)
    answer?.resolve({ status: Number(head.slice(9, 12)), retryAfter, body })
  }
}

/** The body of an answer; `null` while there is more to come. `rest` is all that was received behind the head. */
function bodyOf(head: string, rest: Buffer): Buffer | null {
  if (!/transfer-encoding: chunked/i.test(head))
    return rest.length < Number(/content-length: (\d+)/i.exec(head)?.[1]) ? null : rest
  if (!rest.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)) return null
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf('\r\n', at)
    const length = Number.parseInt(rest.toString('latin1', at, lineEnd), 16)
    if (length === 0) return Buffer.concat(parts)
    parts.push(rest.subarray(lineEnd + 2, lineEnd + 2 + length))
    at = lineEnd + 4 + length
  }
}
