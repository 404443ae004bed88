import type { JournalLine, UnendedLine } from './read-lines.ts'

/** Line numbers, both ends included. */
export type LineRange = [first: number, last: number]

/** How far a journal has come. All that is known of the lines before `offset` is that they are done. */
export interface JournalPlace {
  /** Where the first line starts that is not done, or the next one to be read. */
  readonly offset: number
  /** The number of that line. */
  readonly line: number
  /** The last line that was looked at; 0: none. */
  readonly through: number
  /** The lines up to `through` that are not done, rising. */
  readonly outstanding: readonly LineRange[]
}

export const START: JournalPlace = { offset: 0, line: 1, through: 0, outstanding: [] }

/** A line that is to be sent. */
export interface OutstandingLine extends JournalLine {
  readonly bytes: Buffer
  /** It was under way before, so that this is not the first time. */
  wasSent: boolean
}

/**
 * The lines of one journal that have been read and are not done, in the journal's order. Whatever is sent is taken from
 * the front: so nothing overtakes a line that has to be sent again.
 */
export class Outstanding {
  readonly #unread: AsyncGenerator<JournalLine, UnendedLine | undefined>
  readonly #from: JournalPlace
  #lines: OutstandingLine[] = []
  #bytes = 0
  #unended: UnendedLine | undefined
  #latest: Pick<JournalLine, 'number' | 'end'>

  /** `lines` start where `from` says. */
  constructor(lines: AsyncGenerator<JournalLine, UnendedLine | undefined>, from: JournalPlace) {
    this.#unread = lines
    this.#from = from
    this.#latest = { number: from.line - 1, end: from.offset }
  }

  get lines(): readonly OutstandingLine[] {
    return this.#lines
  }

  /** The last line, when the journal was read up to it and it has not ended. */
  get unended(): UnendedLine | undefined {
    return this.#unended
  }

  /**
   * Reads on until there are `maxLines` or `maxBytes` (and a line more), or the journal ends. Lines that are too long
   * to be held are given to `onTooLong` instead. Resolves with why the journal cannot be read on, if it cannot.
   */
  async fill(
    maxLines: number,
    maxBytes: number,
    onTooLong: (line: JournalLine) => Promise<void>,
  ): Promise<Error | undefined> {
    while (this.#lines.length < maxLines && this.#bytes < maxBytes) {
      const next = await this.#unread.next().catch((error: Error) => error)
      if (next instanceof Error) return next
      const { done, value: line } = next
      if (done) {
        this.#unended ??= line
        return undefined
      }
      if (!this.#isDone(line.number)) {
        if (line.bytes === null) await onTooLong(line)
        else this.#push({ ...line, bytes: line.bytes, wasSent: false })
      }
      this.#latest = line
    }
    return undefined
  }

  /** Takes off those of the first `count` lines that are done. */
  settle(count: number, isDone: (index: number) => boolean): void {
    this.#lines = this.#lines.filter((_, index) => index >= count || !isDone(index))
    this.#bytes = this.#lines.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  async close(): Promise<void> {
    await this.#unread.return(undefined)
  }

  place(): JournalPlace {
    const { number, end } = this.#latest
    const [first] = this.#lines
    // What an earlier run left, and this one has not come to yet.
    const unread = this.#from.outstanding.filter(([, last]) => last > number)
    return {
      offset: first?.start ?? end,
      line: first?.number ?? number + 1,
      through: Math.max(number, this.#from.through),
      outstanding: [
        ...toRanges(this.#lines.map((line) => line.number)),
        ...unread.map(([start, last]): LineRange => [Math.max(start, number + 1), last]),
      ],
    }
  }

  #isDone(number: number): boolean {
    const { through, outstanding } = this.#from
    return number <= through && !outstanding.some(([first, last]) => number >= first && number <= last)
  }

  #push(line: OutstandingLine): void {
    this.#lines.push(line)
    this.#bytes += line.bytes.length
  }
}

function toRanges(numbers: readonly number[]): LineRange[] {
  const ranges: LineRange[] = []
  for (const number of numbers) {
    const latest = ranges.at(-1)
    if (latest?.[1] === number - 1) latest[1] = number
    else ranges.push([number, number])
  }
  return ranges
}
