import { InputError } from '../terminal/input-errors.ts'
import type { Place } from './claims.ts'
import { isName } from './record-identity.ts'

/** One line of the answers file: what a till was told after one attempt to send one invoice. */
export interface AnswerLine {
  readonly storeId: string
  readonly terminalId: string
  readonly journalId: string
  readonly sequenceNumber: number
  readonly outcome: 'acknowledged' | 'rejected' | 'unknown'
  /** The HTTP status; null or absent when no answer came. */
  readonly status?: number | null
  /** Of the receipt; only if acknowledged. Required if there is an `offset`. */
  readonly partition?: number
  /** Of the receipt, as text; null if the receipt has none. */
  readonly offset?: string | null
  /** Of the bytes that were sent, 64 hexadecimal digits. */
  readonly sha256?: string
  /**
   * The till must not have sent this. `changed`: other content under a number that it had sent. `older`: an invoice again
   * although it got its receipt. `twin`: another till has the same identity, and counts for itself.
   */
  readonly wrong?: 'changed' | 'older' | 'twin'
}

/** One answer, as the audit takes it. */
export interface Answer
  extends Pick<AnswerLine, 'storeId' | 'terminalId' | 'journalId' | 'sequenceNumber' | 'outcome'> {
  readonly place: Place | undefined
  readonly sha256: Buffer | undefined
  /** Whether it is about other content than the till's invoice with this number. */
  readonly isOtherContent: boolean
}

/** The answers file is wrong. The message names the line and the member, never a value. */
export class AnswersError extends InputError {
  constructor(lineNumber: number, fault: string) {
    super(`--answers, line ${lineNumber}: ${fault}`)
    this.name = 'AnswersError'
  }
}

type Decoder = InstanceType<typeof TextDecoder>

const MAX_LINE_BYTES = 65_536
const isInteger = (value: unknown, from: number, to: number) =>
  Number.isInteger(value) && (value as number) >= from && (value as number) <= to
const isAbsent = (value: unknown) => value === undefined || value === null

/** What each member must be. There are no others. */
const MEMBERS: Record<keyof AnswerLine, (value: unknown) => boolean> = {
  storeId: isName,
  terminalId: isName,
  journalId: isName,
  sequenceNumber: (value) => isInteger(value, 1, 999_999_999_999),
  outcome: (value) => value === 'acknowledged' || value === 'rejected' || value === 'unknown',
  status: (value) => isAbsent(value) || isInteger(value, 100, 599),
  partition: (value) => value === undefined || isInteger(value, 0, 2_147_483_647),
  offset: (value) => isAbsent(value) || (typeof value === 'string' && /^\d{1,15}$/.test(value)),
  sha256: (value) => value === undefined || (typeof value === 'string' && /^[0-9a-fA-F]{64}$/.test(value)),
  wrong: (value) => value === undefined || value === 'changed' || value === 'older' || value === 'twin',
}

/** Reads answers from NDJSON, a line at a time. Throws `AnswersError` at the first line that is not a valid answer. */
export async function* readAnswers(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<Answer> {
  let lineNumber = 0
  let rest = ''
  const decoder: Decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decode(decoder, chunk, lineNumber + 1)
    const lines = (rest + text).split('\n')
    rest = lines.pop() as string
    for (const line of lines) yield parseAnswer(line, ++lineNumber)
    if (rest.length > MAX_LINE_BYTES) throw new AnswersError(lineNumber + 1, 'too long')
  }
  if (rest !== '') yield parseAnswer(rest, lineNumber + 1)
}

/** One line as an answer; throws `AnswersError`. */
export function parseAnswer(line: string, lineNumber: number): Answer {
  let parsed: AnswerLine
  try {
    parsed = JSON.parse(line)
  } catch {
    throw new AnswersError(lineNumber, 'not JSON')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new AnswersError(lineNumber, 'not an object')
  if (Object.keys(parsed).some((name) => !Object.hasOwn(MEMBERS, name)))
    throw new AnswersError(lineNumber, `a member other than ${Object.keys(MEMBERS).join(', ')}`)
  for (const [name, isRight] of Object.entries(MEMBERS))
    if (!isRight(parsed[name as keyof AnswerLine])) throw new AnswersError(lineNumber, `${name} is missing or wrong`)
  const { storeId, terminalId, journalId, sequenceNumber, outcome, partition, offset, sha256, wrong } = parsed
  const hasOffset = !isAbsent(offset)
  if (outcome !== 'acknowledged' && (partition !== undefined || hasOffset))
    throw new AnswersError(lineNumber, 'partition and offset belong to a receipt, but this was not acknowledged')
  if (hasOffset && partition === undefined) throw new AnswersError(lineNumber, 'offset without partition')
  return {
    storeId,
    terminalId,
    journalId,
    sequenceNumber,
    outcome,
    place: hasOffset ? { partition: partition as number, offset: Number(offset) } : undefined,
    sha256: sha256 === undefined ? undefined : Buffer.from(sha256, 'hex'),
    isOtherContent: wrong === 'changed' || wrong === 'twin',
  }
}

function decode(decoder: Decoder, chunk: Buffer, lineNumber: number): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch {
    throw new AnswersError(lineNumber, 'not UTF-8, here or in the lines that follow')
  }
}
