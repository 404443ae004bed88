import type { Readable } from 'node:stream'

const EVENTS = ['readable', 'end', 'error', 'close']

/** Reads exactly the requested bytes from a stream. The rest stays in the stream, so its sender has to wait. */
export class ByteStream {
  readonly #source: Readable
  #rest: Buffer = Buffer.alloc(0)
  #isStopped = false
  #wake = () => {}
  readonly #onEvent = () => this.#wake()

  constructor(source: Readable) {
    this.#source = source
    for (const event of EVENTS) source.on(event, this.#onEvent)
  }

  /** The next `bytes` bytes, in memory of their own; `null` if it ends or is stopped first. One call at a time. */
  async take(bytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const taken = new Uint8Array(bytes)
    for (let filled = 0; filled < bytes; ) {
      if (this.#rest.length === 0 && !(await this.#more())) return null
      const part = this.#rest.subarray(0, bytes - filled)
      taken.set(part, filled)
      filled += part.length
      this.#rest = this.#rest.subarray(part.length)
    }
    return this.#isStopped ? null : taken
  }

  /** Stops reading: nothing can be read from now on, and others can use the source. */
  stop(): void {
    this.#isStopped = true
    for (const event of EVENTS) this.#source.off(event, this.#onEvent)
    this.#wake()
  }

  async #more(): Promise<boolean> {
    while (!this.#isStopped && !this.#source.destroyed) {
      const chunk: Buffer | null = this.#source.read()
      if (chunk !== null) {
        this.#rest = chunk
        return true
      }
      if (this.#source.readableEnded) return false
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return false
  }
}
