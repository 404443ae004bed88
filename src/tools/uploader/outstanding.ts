import type { JournalLine, UnendedLine } from './read-lines.ts'

/** Line numbers, both ends included. */
export type LineRange = [first: number, last: number]

/** How far a journal is done. All lines before `offset` are done; nothing else is known about them. */
export interface JournalPlace {
  /** Where the first line that is not done starts, or else the next line to read. */
  readonly offset: number
  /** The number of that line. */
  readonly line: number
  /** The last line that was read; 0: none. */
  readonly through: number
  /** The lines up to `through` that are not done, in rising order. */
  readonly outstanding: readonly LineRange[]
}

export const START: JournalPlace = { offset: 0, line: 1, through: 0, outstanding: [] }

/** A line that is to be sent. */
export interface OutstandingLine extends JournalLine {
  readonly bytes: Buffer
  /** It was sent before: its next attempt is not the first. */
  wasSent: boolean
  /** Nobody has to be asked any more whether it is in Kafka. */
  isAsked: boolean
}

/**
 * The lines of one journal that have been read and are not done, in the journal's order. Every request takes lines from
 * the front, so nothing overtakes a line that has to be sent again.
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

  /** How much of the journal is done: what has been read, but for the lines that are held. */
  get doneBytes(): number {
    return this.#lines.reduce((bytes, { start, end }) => bytes - (end - start), this.#latest.end)
  }

  /** The last line, if the journal was read to its end and that line is incomplete. */
  get unended(): UnendedLine | undefined {
    return this.#unended
  }

  /**
   * Reads until it holds `maxLines`, or `maxBytes` (one line may exceed them), or the journal ends. Lines that are too
   * long to hold go to `onTooLong` instead. Resolves with the error if the journal cannot be read any further.
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
        else this.#push({ ...line, bytes: line.bytes, wasSent: false, isAsked: false })
      }
      this.#latest = line
    }
    return undefined
  }

  /** Removes those of the first `count` lines that are done. */
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
    // Lines that an earlier run left and this one has not read yet.
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
