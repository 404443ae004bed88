import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { sampleInvoice } from '../invoice/generate.ts'
import { TOKEN_HEADERS } from './access.ts'
import { type AttemptOptions, Attempts } from './impatience.ts'
import { identityOf, isAcknowledged, postBytes, type SentInvoice, type TillAnswer, type TillOptions } from './till.ts'

const RETRY_EARLIEST_MS = 50

/**
 * A till that sends its journal in compressed uploads of `invoicesPerUpload` invoices, one after the other (except for
 * attempts that it does not wait for). Invoices that were not stored come first in the next upload, in the same order
 * and with the same bytes. Resolves with everything that it sent, and the answers.
 */
export async function runUploader(options: TillOptions & { invoicesPerUpload: number }): Promise<SentInvoice[]> {
  const { storeId, terminalId, journalId, invoicesPerUpload } = options
  const agent = new Agent({ keepAlive: true })
  const attempts = new Attempts(options.impatience)
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
  const note = (invoice: SentInvoice, answer: TillAnswer) => {
    if (!isAcknowledged(invoice)) options.onAnswer?.(answer)
    invoice.answers.push(answer)
    const isPermanent = answer.status !== 'lost' && answer.status < 500 && answer.status >= 400
    if (isPermanent && answer.status !== 424) throw new Error(`${invoice.identity} was answered ${answer.status}`)
  }
  try {
    for (refill(); waiting.length > 0; refill()) {
      const invoices = waiting
      await attempts.make(async (attempt) => {
        const answers = await upload(agent, options.url, invoices, options.answerTimeoutMs ?? 60_000, attempt)
        for (const [i, invoice] of invoices.entries()) note(invoice, answers[i] as TillAnswer)
      })
      const left = waiting.filter((invoice) => !isAcknowledged(invoice))
      if (left.length < waiting.length) storedAtMs = performance.now()
      waiting = left
      if (performance.now() - storedAtMs > (options.giveUpAfterMs ?? 120_000))
        throw new Error(`${left[0]?.identity} was never acknowledged`)
      if (left.length > 0) await sleep(RETRY_EARLIEST_MS * (1 + 2 * Math.random()))
      if (options.pauseMs !== undefined) await sleep(options.pauseMs * Math.random())
    }
    await attempts.end()
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
  attempt: AttemptOptions,
): Promise<TillAnswer[]> {
  const body = gzipSync(invoices.map(({ body }) => body).join('\n'))
  const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip', ...TOKEN_HEADERS }
  const answered = await postBytes(agent, `${url}/v1/invoices/batch`, headers, body, timeoutMs, attempt)
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
