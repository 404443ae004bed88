import { hash } from 'node:crypto'
import type { AnswerLine } from '../../src/tools/audit/answers.ts'
import type { SentInvoice } from './till.ts'

/** What tills sent, and the answers, as lines of an answers file for `tillgate audit`. */
export function* answerLines(sent: Iterable<SentInvoice>): Generator<AnswerLine> {
  for (const { identity, body, answers } of sent) {
    const [storeId, terminalId, journalId, sequenceNumber] = identity.split('/') as [string, string, string, string]
    const name = { storeId, terminalId, journalId, sequenceNumber: Number(sequenceNumber) }
    const sha256 = hash('sha256', body)
    for (const { outcome, status, receipt } of answers) {
      const place = receipt === undefined ? {} : { partition: receipt.partition, offset: receipt.offset }
      yield { ...name, outcome, status: status === 'lost' ? null : status, ...place, sha256 }
    }
  }
}

/** The same as the text of a file, which `runAudit` opens once for each pass. */
export async function* answersText(sent: Iterable<SentInvoice>): AsyncGenerator<string> {
  for (const line of answerLines(sent)) yield `${JSON.stringify(line)}\n`
}
