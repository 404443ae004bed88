import { connect, type Socket } from 'node:net'

/** One answer, as far as a load generator looks at it. */
export interface Answer {
  readonly status: number
  /** Seconds; 0 if the answer does not say. */
  readonly retryAfter: number
  readonly body: Buffer
}

const HEAD_END = Buffer.from('\r\n\r\n')

/**
 * A keep-alive HTTP/1.1 connection that sends one prepared request after the other. It is little more than the socket,
 * so that the generator costs less than what it measures. Only for answers with a `Content-Length`.
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
    const start = headEnd + HEAD_END.length
    const end = start + Number(/content-length: (\d+)/i.exec(head)?.[1])
    if (this.#received.length < end) return
    const body = this.#received.subarray(start, end)
    this.#received = this.#received.subarray(end)
    const answer = this.#answer
    this.#answer = null
    const retryAfter = Number(/retry-after: (\d+)/i.exec(head)?.[1] ?? 0)
    answer?.resolve({ status: Number(head.slice(9, 12)), retryAfter, body })
  }
}
