import type { Encoder } from './internals.ts'

/** Encoded bytes with room in front, so that a header can be put there without copying the rest. */
export class ReadyBytes {
  #bytes: Buffer
  #start: number

  /** The content is `bytes` from `start` on; what is before it is free. */
  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes
    this.#start = start
  }

  get buffer(): Buffer {
    return this.#bytes.subarray(this.#start)
  }

  prepend(head: Buffer): void {
    if (head.length > this.#start) {
      const bytes = Buffer.concat([head, this.buffer])
      this.#bytes = bytes
      this.#start = 0
      return
    }
    this.#start -= head.length
    head.copy(this.#bytes, this.#start)
  }
}

/**
 * Makes `encoder.writeEncoder(readyBytes)`, which ends a request, put what the encoder holds in front of those bytes.
 * kafkajs would copy the bytes behind it, twice for every request, into buffers that it first fills with zeroes.
 */
export function letEncoderTakeReadyBytes({ prototype }: { prototype: Encoder }): void {
  const { writeEncoder, size } = prototype
  const original = Object.getOwnPropertyDescriptor(prototype, 'buffer')?.get as (this: Encoder) => Buffer

  prototype.writeEncoder = function (value) {
    const ready = value instanceof ReadyBytes ? value : (value as Encoder | null)?.ready
    if (ready === undefined) return writeEncoder.call(this, value)
    ready.prepend(this.buffer)
    this.ready = ready
    return this
  }
  prototype.size = function () {
    return this.ready === undefined ? size.call(this) : this.ready.buffer.length
  }
  Object.defineProperty(prototype, 'buffer', {
    configurable: true,
    get(this: Encoder) {
      return this.ready === undefined ? original.call(this) : this.ready.buffer
    },
  })
}
