import { hash } from 'node:crypto'
import { type AnswerLine, parseAnswer } from '../audit/answers.ts'
import type { GatewayAnswer, GatewayResult } from './gateway-answer.ts'

/** The answer to one attempt, as it stands in an answers file. */
export type NotedAnswer = Pick<AnswerLine, 'outcome' | 'status' | 'partition' | 'offset'>

/** How each line of an answers file starts. */
export const ANSWERS_BEGINNING = '{"storeId":'

export const NO_ANSWER: NotedAnswer = { outcome: 'unknown', status: null }

/** What a cursor says of a number: it is in Kafka, but not where. */
export const IN_KAFKA: NotedAnswer = { outcome: 'acknowledged', status: 200 }

/** The answer to one line of a request; null: the request was not sent. */
export function notedAnswerOf(answer: GatewayAnswer, index: number): NotedAnswer | null {
  if (answer.kind === 'none') return answer.isSent ? NO_ANSWER : null
  const { status, receipt, problem } =
    answer.kind === 'results' ? (answer.results[index] as GatewayResult) : { ...answer, receipt: undefined }
  if (status >= 300) return { outcome: problem?.outcome === 'rejected' ? 'rejected' : 'unknown', status }
  return { outcome: 'acknowledged', status, partition: receipt?.partition as number, offset: receipt?.offset as string }
}

/**
 * A line for an answers file. Null when the bytes have no identity, so that no gateway can have stored them, or when
 * the receipt is not valid.
 */
export function answerLine(bytes: Buffer, told: NotedAnswer): string | null {
  try {
    const { storeId, terminalId, journalId, sequenceNumber } = JSON.parse(bytes.toString())
    const line = JSON.stringify({
      ...{ storeId, terminalId, journalId, sequenceNumber },
      ...told,
      sha256: hash('sha256', bytes),
    } satisfies AnswerLine)
    parseAnswer(line, 1)
    return line
  } catch {
    return null
  }
}
