import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Receipt } from '../../src/invoice/receipt.ts'
import { sampleInvoice } from '../invoice/generate.ts'
import { TOKEN_HEADERS } from './access.ts'
import { type AttemptOptions, Attempts, type Impatience } from './impatience.ts'

/** One answer (or the lack of one) to one attempt to send an invoice. */
export interface TillAnswer {
  /** `lost`: the connection broke before the answer was read. */
  readonly status: number | 'lost'
  readonly outcome: 'acknowledged' | 'rejected' | 'unknown'
  readonly receipt: Receipt | undefined
  readonly slug: string | undefined
  readonly tookMs: number
}

/** What a till knows of one invoice: the bytes it sent and every answer. */
export interface SentInvoice {
  readonly identity: string
  readonly storeId: string
  readonly terminalId: string
  readonly sequenceNumber: number
  readonly body: Buffer
  /** In the order in which they came. An attempt may still be open when the next one is answered. */
  readonly answers: TillAnswer[]
}

export interface TillOptions {
  /** `http://host:port` of the gateway. An uploader reads it for every attempt. */
  readonly url: string
  readonly storeId: string
  readonly terminalId: string
  readonly journalId: string
  readonly invoices: number
  /** Stops the till before its next invoice (never between the attempts of one). */
  readonly shouldStop?: () => boolean
  /** How long the till waits between two invoices, at most. Default: not at all. */
  readonly pauseMs?: number
  /** Called with every answer as it came. If it throws, the till ends. */
  readonly inspect?: Inspect
  /** Called after every answer. */
  readonly onAnswer?: (answer: TillAnswer) => void
  /** How long one answer may take before the till closes the connection. */
  readonly answerTimeoutMs?: number
  /** Makes the till send again before the previous attempt is answered. */
  readonly impatience?: Impatience
  /** How long an invoice is resent before the till gives up. */
  readonly giveUpAfterMs?: number
  /** Called with why the till gave up, which ends it. Without it, `runTill` rejects. */
  readonly onGivenUp?: (error: Error) => void
}

export type Inspect = (status: number, contentType: string | undefined, document: unknown) => void

/**
 * A sequential till with one keep-alive connection (and more while it does not wait for open attempts). It sends its
 * next invoice only after a 2xx for the previous one, and sends the same bytes again after 503, 504 or a lost
 * connection. Resolves with everything that it sent, and the answers.
 */
export async function runTill(options: TillOptions): Promise<SentInvoice[]> {
  const { storeId, terminalId, journalId } = options
  const agent = new Agent({ keepAlive: true })
  const attempts = new Attempts(options.impatience)
  const sent: SentInvoice[] = []
  try {
    for (let sequenceNumber = 1; sequenceNumber <= options.invoices; sequenceNumber++) {
      if (options.shouldStop?.()) break
      if (options.pauseMs !== undefined) await sleep(options.pauseMs * Math.random())
      const invoice = sampleInvoice({ storeId, terminalId, journalId, sequenceNumber })
      const body = Buffer.from(JSON.stringify(invoice))
      const identity = identityOf(invoice)
      const one: SentInvoice = { identity, storeId, terminalId, sequenceNumber, body, answers: [] }
      sent.push(one)
      await sendUntilAcknowledged(agent, attempts, one, options)
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

/** The identity of an invoice, or of a record's value, as one text. */
export function identityOf(invoice: {
  storeId: string
  terminalId: string
  journalId: string
  sequenceNumber: number
}): string {
  const { storeId, terminalId, journalId, sequenceNumber } = invoice
  return [storeId, terminalId, journalId, sequenceNumber].join('/')
}

async function sendUntilAcknowledged(
  agent: Agent,
  attempts: Attempts,
  invoice: SentInvoice,
  options: TillOptions,
): Promise<void> {
  const { url, answerTimeoutMs = 60_000, inspect } = options
  const giveUpAtMs = performance.now() + (options.giveUpAfterMs ?? 120_000)
  for (;;) {
    await attempts.make(async (attempt) => {
      const answer = await post(agent, url, invoice.body, answerTimeoutMs, inspect, attempt)
      if (!isAcknowledged(invoice)) options.onAnswer?.(answer)
      invoice.answers.push(answer)
    })
    if (isAcknowledged(invoice)) return
    const answer = invoice.answers.at(-1) as TillAnswer
    const mayHeal = answer.status === 'lost' || answer.status >= 500
    if (!mayHeal) throw new Error(`${invoice.identity} was answered ${answer.status} ${answer.slug}`)
    if (performance.now() > giveUpAtMs) throw new Error(`${invoice.identity} was never acknowledged`)
    await sleep(50 + 100 * Math.random())
  }
}

/** Whether any attempt was acknowledged. */
export function isAcknowledged({ answers }: SentInvoice): boolean {
  return answers.some(({ outcome }) => outcome === 'acknowledged')
}

/** Posts one body. Resolves with the answer when it was read completely. Rejects only with what `inspect` throws. */
export async function post(
  agent: Agent,
  url: string,
  body: Buffer,
  timeoutMs: number,
  inspect: Inspect = () => {},
  attempt: AttemptOptions = {},
): Promise<TillAnswer> {
  const startedAtMs = performance.now()
  const headers = { 'content-type': 'application/json', ...TOKEN_HEADERS }
  const posted = await postBytes(agent, `${url}/v1/invoices`, headers, body, timeoutMs, attempt)
  const tookMs = performance.now() - startedAtMs
  if (posted === null) return { status: 'lost', outcome: 'unknown', receipt: undefined, slug: undefined, tookMs }
  const { status, contentType, document } = posted
  inspect(status, contentType, document)
  return { ...readAnswer(status, document), tookMs }
}

// biome-ignore lint/suspicious/noExplicitAny: whichever document the status says
type Posted = { status: number; contentType: string | undefined; document: any }

/** Posts bytes. Resolves with the JSON answer when it was read completely; `null` if the connection broke first. */
export function postBytes(
  agent: Agent,
  url: string,
  headers: Record<string, string>,
  body: Buffer,
  timeoutMs: number,
  { signal, cutOff = false }: AttemptOptions = {},
): Promise<Posted | null> {
  return new Promise((resolve, reject) => {
    const lost = () => resolve(null)
    const options = {
      agent,
      method: 'POST',
      headers: { ...headers, 'content-length': body.length },
      timeout: timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    }
    const outgoing = request(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', lost)
      response.on('close', lost) // after 'end' it changes nothing
      response.on('end', () => {
        try {
          const document = JSON.parse(Buffer.concat(chunks).toString())
          resolve({ status: response.statusCode as number, contentType: response.headers['content-type'], document })
        } catch (error) {
          reject(error)
        }
      })
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', lost)
    if (cutOff) outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy())
    else outgoing.end(body)
  })
}

// biome-ignore lint/suspicious/noExplicitAny: a receipt or a problem document, whichever the status says.
function readAnswer(status: number, document: any): Omit<TillAnswer, 'tookMs'> {
  if (status < 300) return { status, outcome: 'acknowledged', receipt: document, slug: undefined }
  return { status, outcome: document.outcome, receipt: undefined, slug: document.type?.split('/').pop() }
}
