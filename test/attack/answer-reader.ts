const HEAD_END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/**
 * Finds the ends of HTTP answers in what a connection receives, and little else: an attacker's processor time is the
 * gateway's, too, on a small machine. `onAnswer` gets the status of each final answer.
 */
export class AnswerReader {
  readonly #onAnswer: (status: number) => void
  #held: Buffer = Buffer.alloc(0)
  /** How much of a body is still to come; `chunks`: until the last chunk. */
  #rest: number | 'chunks' = 0
  #status = 0
  /** `false`: the answers are to HEAD. */
  hasBodies = true

  constructor(onAnswer: (status: number) => void) {
    this.#onAnswer = onAnswer
  }

  read(chunk: Buffer): void {
    let left: Buffer | null = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    this.#held = Buffer.alloc(0)
    while (left !== null && left.length > 0) left = this.#status === 0 ? this.#readHead(left) : this.#readBody(left)
  }

  #readHead(bytes: Buffer): Buffer | null {
    const end = bytes.indexOf(HEAD_END)
    if (end === -1) {
      this.#held = bytes
      return null
    }
    const head = bytes.toString('latin1', 0, end)
    this.#status = Number(head.slice(9, 12))
    const left = bytes.subarray(end + HEAD_END.length)
    if (this.#status < 200) {
      this.#status = 0
      return left
    }
    const isChunked = /^transfer-encoding: *chunked/im.test(head)
    this.#rest = isChunked ? 'chunks' : Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
    if (!this.hasBodies || this.#status === 204) this.#rest = 0
    if (this.#rest === 0) this.#end()
    return left
  }

  #readBody(bytes: Buffer): Buffer | null {
    if (this.#rest === 'chunks') {
      const end = bytes.indexOf(LAST_CHUNK)
      if (end === -1) {
        this.#held = bytes.subarray(Math.max(0, bytes.length - LAST_CHUNK.length + 1))
        return null
      }
      this.#end()
      return bytes.subarray(end + LAST_CHUNK.length)
    }
    const left = bytes.subarray(this.#rest)
    this.#rest = Math.max(0, this.#rest - bytes.length)
    if (this.#rest === 0) this.#end()
    return left
  }

  #end(): void {
    const status = this.#status
    this.#status = 0
    this.#onAnswer(status)
  }
}
