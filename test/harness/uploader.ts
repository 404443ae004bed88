import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { sampleInvoice } from '../invoice/generate.ts'
import { identityOf, postBytes, type SentInvoice, type TillAnswer, type TillOptions } from './till.ts'

const RETRY_EARLIEST_MS = 50

/**
 * A till that sends its journal in compressed uploads of so many invoices, one after the other on one connection: what
 * was not stored comes first in the next one, in the same order and with the same bytes. Resolves with everything it
 * sent and was told.
 */
export async function runUploader(options: TillOptions & { invoicesPerUpload: number }): Promise<SentInvoice[]> {
  const { url, storeId, terminalId, journalId, invoicesPerUpload } = options
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const sent: SentInvoice[] = []
  let waiting: SentInvoice[] = []
  let storedAtMs = performance.now()

  const refill = () => {
    while (waiting.length < invoicesPerUpload && sent.length < options.invoices && options.shouldStop?.() !== true) {
      const sequenceNumber = sent.length + 1
      const invoice = sampleInvoice({ storeId, terminalId, journalId, sequenceNumber })
      const body = Buffer.from(JSON.stringify(invoice))
      const one = { identity: identityOf(invoice), storeId, terminalId, sequenceNumber, body, answers: [] }
      sent.push(one)
      waiting.push(one)
    }
  }
  try {
    for (refill(); waiting.length > 0; refill()) {
      const answers = await upload(agent, url, waiting, options.answerTimeoutMs ?? 60_000)
      for (const [i, invoice] of waiting.entries()) {
        const answer = answers[i] as TillAnswer
        invoice.answers.push(answer)
        options.onAnswer?.(answer)
        const isPermanent = answer.status !== 'lost' && answer.status < 500 && answer.status >= 400
        if (isPermanent && answer.status !== 424) throw new Error(`${invoice.identity} was answered ${answer.status}`)
      }
      const left = waiting.filter(({ answers }) => answers.at(-1)?.outcome !== 'acknowledged')
      if (left.length < waiting.length) storedAtMs = performance.now()
      waiting = left
      if (performance.now() - storedAtMs > (options.giveUpAfterMs ?? 120_000))
        throw new Error(`${left[0]?.identity} was never acknowledged`)
      if (left.length > 0) await sleep(RETRY_EARLIEST_MS * (1 + 2 * Math.random()))
      if (options.pauseMs !== undefined) await sleep(options.pauseMs * Math.random())
    }
  } catch (error) {
    if (options.onGivenUp === undefined) throw error
    options.onGivenUp(error as Error)
  } finally {
    agent.destroy()
  }
  return sent
}

const LOST: TillAnswer = { status: 'lost', outcome: 'unknown', receipt: undefined, slug: undefined, tookMs: 0 }

/** Sends one upload; resolves with an answer for each of its invoices. */
async function upload(
  agent: Agent,
  url: string,
  invoices: readonly SentInvoice[],
  timeoutMs: number,
): Promise<TillAnswer[]> {
  const body = gzipSync(invoices.map(({ body }) => body).join('\n'))
  const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }
  const answered = await postBytes(agent, `${url}/v1/invoices/batch`, headers, body, timeoutMs)
  if (answered === null) return invoices.map(() => LOST)
  const { status, document } = answered
  if (document.results === undefined) return invoices.map(() => readAnswer({ status, problem: document }))
  if (document.results.length !== invoices.length) throw new Error('an answer for each invoice is missing')
  return document.results.map(readAnswer)
}

// biome-ignore lint/suspicious/noExplicitAny: one result of the contract, or a problem for all of them
function readAnswer({ status, receipt, problem }: any): TillAnswer {
  if (receipt !== undefined) return { status, outcome: 'acknowledged', receipt, slug: undefined, tookMs: 0 }
  return { status, outcome: problem.outcome, receipt: undefined, slug: problem.type?.split('/').pop(), tookMs: 0 }
}
