import { answerLine, NO_ANSWER, type Told, toldOf } from './answer-lines.ts'
import { AppendedLines } from './append-lines.ts'
import type { LineFate } from './decide.ts'
import type { OutstandingLine } from './outstanding.ts'
import type { Line } from './read-lines.ts'
import { rejectedEntry, TOO_LONG_LINE } from './rejected-entry.ts'
import { newTally, type Tally } from './tally.ts'
import type { UploadAnswer } from './upload-answer.ts'

/** Everything that is written down and counted about the lines of one journal. What has resolved is on the disk. */
export class Notes {
  readonly #rejected: AppendedLines
  readonly #answers: AppendedLines | undefined
  readonly #tally = newTally()

  /** `answers`: where each attempt to send a line is noted; stays open. */
  constructor(rejectedFile: string, answers: AppendedLines | undefined) {
    this.#rejected = new AppendedLines(rejectedFile)
    this.#answers = answers
  }

  get tally(): Readonly<Tally> {
    return this.#tally
  }

  /** An earlier run ended while these lines were under way: nobody knows what became of them. */
  async interrupted(lines: readonly OutstandingLine[]): Promise<void> {
    this.#tally.unknown += lines.length
    await this.#noteAnswers(lines.map((line) => [line, NO_ANSWER]))
  }

  /** A request of these lines was answered, or not. */
  async answered(lines: readonly OutstandingLine[], answer: UploadAnswer): Promise<void> {
    const told = lines.map((line, index): [OutstandingLine, Told | null] => [line, toldOf(answer, index)])
    const attempts = told.filter((attempt): attempt is [OutstandingLine, Told] => attempt[1] !== null)
    this.#tally.sent += attempts.length
    this.#tally.resent += attempts.filter(([line]) => line.wasSent).length
    this.#tally.unknown += attempts.filter(([, { outcome }]) => outcome === 'unknown').length
    await this.#noteAnswers(attempts)
  }

  /** The lines have these fates, by this answer. */
  async settled(lines: readonly Line[], fates: readonly LineFate[], answer: UploadAnswer): Promise<void> {
    const entries: string[] = []
    for (const [index, line] of lines.entries()) {
      if (fates[index] === 'stored') this.#tally.stored++
      if (fates[index] !== 'rejected') continue
      const told = answer.kind === 'results' ? answer.results[index] : answer.kind === 'whole' ? answer : undefined
      entries.push(rejectedEntry(line, told?.status ?? null, told?.problem))
    }
    await this.#reject(entries)
  }

  async tooLong(line: Line): Promise<void> {
    await this.#reject([rejectedEntry(line, null, TOO_LONG_LINE)])
  }

  async close(): Promise<void> {
    await this.#rejected.close()
  }

  async #noteAnswers(attempts: readonly [OutstandingLine, Told][]): Promise<void> {
    for (const [line] of attempts) line.wasSent = true
    if (this.#answers === undefined) return
    await this.#answers.append(attempts.flatMap(([{ bytes }, told]) => answerLine(bytes, told) ?? []))
  }

  async #reject(entries: readonly string[]): Promise<void> {
    this.#tally.rejected += entries.length
    await this.#rejected.append(entries)
  }
}
