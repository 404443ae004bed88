import { hash } from 'node:crypto'
import { RAW_OFFSET_HEADER } from '../../dedup/output-headers.ts'
import type { LogRecord } from '../../kafka/read-topic.ts'

/** The first records of one partition, by rising offset: 17 bytes for each. */
export class FirstRecords {
  readonly #offsets: number[] = []
  readonly #digests: number[] = []
  readonly #mayBeLater = new Set<number>()
  #seen = new Uint8Array(1_024)

  /** Adds the next one. `mayBeLater`: an earlier record of the same identity may have been deleted. */
  add(record: LogRecord, mayBeLater: boolean): void {
    if (mayBeLater) this.#mayBeLater.add(this.#offsets.length)
    this.#offsets.push(record.offset)
    this.#digests.push(digestOf(record))
  }

  /** The index of the record with this offset; -1 if there is none. `guess`: where it probably is. */
  find(offset: number, guess: number): number {
    if (this.#offsets[guess] === offset) return guess
    let low = 0
    let high = this.#offsets.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#offsets[middle] as number) < offset) low = middle + 1
      else high = middle
    }
    return this.#offsets[low] === offset ? low : -1
  }

  /** Notes that its copy was seen; false if one was seen before. */
  see(index: number): boolean {
    if (index >= this.#seen.length) {
      const larger = new Uint8Array(Math.max(index + 1, 2 * this.#seen.length))
      larger.set(this.#seen)
      this.#seen = larger
    }
    const isNew = this.#seen[index] === 0
    this.#seen[index] = 1
    return isNew
  }

  /** Whether the copy has the same key, value and headers, besides the header with the offset. */
  isSame(index: number, copy: LogRecord): boolean {
    return this.#digests[index] === digestOf(copy)
  }

  /** Those without a copy. */
  *unseen(): Generator<{ offset: number; mayBeLater: boolean }> {
    for (const [index, offset] of this.#offsets.entries())
      if (this.#seen[index] !== 1) yield { offset, mayBeLater: this.#mayBeLater.has(index) }
  }
}

/** 48 bits: they find a fault, not an attack. */
const DIGEST_BYTES = 6

/** Of one text that has all parts with their lengths: many small updates of a hash take several times as long. */
function digestOf({ key, value, headers }: LogRecord): number {
  let text = partText('key', key) + partText('value', value)
  for (const name of Object.keys(headers).sort())
    if (name !== RAW_OFFSET_HEADER) for (const part of [headers[name]].flat()) text += partText(name, part)
  return hash('sha256', text, 'buffer').readUIntBE(0, DIGEST_BYTES)
}

function partText(name: string, part: unknown): string {
  if (part === null || part === undefined) return `${name} none `
  const text = Buffer.isBuffer(part) ? part.toString('latin1') : String(part)
  return `${name} ${text.length} ${text}`
}
