import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { DamagedValue } from './damaged-value.ts'

const MAX_VARINT_BYTES = 8

/** Writes numbers and texts into one buffer that is used again and again. */
export class PackedWriter {
  #bytes = Buffer.allocUnsafeSlow(4_096)
  #at = 0

  begin(): void {
    this.#at = 0
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value
  }

  /** A varint of a number from 0 to 2^53 - 1: seven bits per byte, the lowest first. */
  whole(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a whole number`)
    this.#reserve(MAX_VARINT_BYTES)
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#at++] = rest
  }

  /** The same for numbers that may be negative, but no more than half as far from 0. */
  signed(value: number): void {
    this.whole(value < 0 ? -2 * value - 1 : 2 * value)
  }

  /** A text of one-byte characters. */
  text(value: string): void {
    this.#reserve(value.length)
    this.#at += this.#bytes.write(value, this.#at, 'latin1')
  }

  /** CRC-32 of all that was written. */
  checksum(): void {
    this.#reserve(4)
    this.#at = this.#bytes.writeUInt32BE(crc32(this.#bytes.subarray(0, this.#at)), this.#at)
  }

  /** All that was written, as a text of one-byte characters. */
  end(): string {
    return this.#bytes.toString('latin1', 0, this.#at)
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.#at + bytes))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}

/** Reads what `PackedWriter` has written. Throws `DamagedValue` at the end of the text. */
export class PackedReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** How many characters were read. */
  get at(): number {
    return this.#at
  }

  byte(): number {
    if (this.#at >= this.#text.length) throw new DamagedValue('it ends too early')
    return this.#text.charCodeAt(this.#at++)
  }

  whole(): number {
    let value = 0
    for (let factor = 1; factor <= 128 ** MAX_VARINT_BYTES; factor *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte <= 0x7f) return value
    }
    throw new DamagedValue('a number in it has too many bytes')
  }

  signed(): number {
    const value = this.whole()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Passes over bytes. */
  skip(bytes: number): void {
    if (this.#at + bytes > this.#text.length) throw new DamagedValue('it ends too early')
    this.#at += bytes
  }

  text(bytes: number): string {
    const end = this.#at + bytes
    if (end > this.#text.length) throw new DamagedValue('it ends too early')
    const text = this.#text.slice(this.#at, end)
    this.#at = end
    return text
  }
}
