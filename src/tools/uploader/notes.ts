import { answerLine, IN_KAFKA, NO_ANSWER, type NotedAnswer, notedAnswerOf } from './answer-lines.ts'
import { AppendedLines } from './append-lines.ts'
import type { LineFate } from './decide.ts'
import type { GatewayAnswer } from './gateway-answer.ts'
import type { OutstandingLine } from './outstanding.ts'
import type { JournalLine } from './read-lines.ts'
import { REJECTED_BEGINNING, rejectedEntry, TOO_LONG_LINE } from './rejected-entry.ts'
import { newTally, type Tally } from './tally.ts'

/** Counts and records what happens to the lines of one journal. A method resolves when its records are on the disk. */
export class Notes {
  readonly #rejected: AppendedLines
  readonly #answers: AppendedLines | undefined
  readonly #tally = newTally()

  /** `answers`: records each attempt to send a line; its owner closes it. */
  constructor(rejectedFile: string, answers: AppendedLines | undefined) {
    this.#rejected = new AppendedLines(rejectedFile, REJECTED_BEGINNING)
    this.#answers = answers
  }

  get tally(): Readonly<Tally> {
    return this.#tally
  }

  /** An earlier run ended while these lines were in flight: their outcome is unknown. */
  async interrupted(lines: readonly OutstandingLine[]): Promise<void> {
    this.#tally.unknown += lines.length
    await this.#noteAnswers(lines.map((line) => [line, NO_ANSWER]))
  }

  /** Records the answer to a request of these lines, or that there was none. */
  async answered(lines: readonly OutstandingLine[], answer: GatewayAnswer): Promise<void> {
    const told = lines.map((line, index): [OutstandingLine, NotedAnswer | null] => [line, notedAnswerOf(answer, index)])
    const attempts = told.filter((attempt): attempt is [OutstandingLine, NotedAnswer] => attempt[1] !== null)
    this.#tally.sent += attempts.length
    this.#tally.resent += attempts.filter(([line]) => line.wasSent).length
    this.#tally.unknown += attempts.filter(([, { outcome }]) => outcome === 'unknown').length
    await this.#noteAnswers(attempts)
  }

  /** Records the fates that this answer gave the lines. */
  async settled(lines: readonly JournalLine[], fates: readonly LineFate[], answer: GatewayAnswer): Promise<void> {
    const entries: string[] = []
    for (const [index, line] of lines.entries()) {
      if (fates[index] === 'stored') this.#tally.stored++
      if (fates[index] !== 'rejected') continue
      const told = answer.kind === 'results' ? answer.results[index] : answer.kind === 'whole' ? answer : undefined
      entries.push(rejectedEntry(line, told?.status ?? null, told?.problem))
    }
    await this.#reject(entries)
  }

  /** Their numbers are in Kafka, so they are not sent. In an answers file that counts as acknowledged. */
  async skipped(lines: Iterable<JournalLine & { readonly bytes: Buffer }>, unproven: number): Promise<void> {
    const skipped = [...lines]
    await this.#answers?.append(skipped.flatMap(({ bytes }) => answerLine(bytes, IN_KAFKA) ?? []))
    this.#tally.skipped += skipped.length
    this.#tally.unproven += unproven
  }

  async tooLong(line: JournalLine): Promise<void> {
    await this.#reject([rejectedEntry(line, null, TOO_LONG_LINE)])
  }

  async close(): Promise<void> {
    await this.#rejected.close()
  }

  async #noteAnswers(attempts: readonly [OutstandingLine, NotedAnswer][]): Promise<void> {
    for (const [line] of attempts) line.wasSent = true
    if (this.#answers === undefined) return
    await this.#answers.append(attempts.flatMap(([{ bytes }, told]) => answerLine(bytes, told) ?? []))
  }

  async #reject(entries: readonly string[]): Promise<void> {
    await this.#rejected.append(entries)
    this.#tally.rejected += entries.length
  }
}
