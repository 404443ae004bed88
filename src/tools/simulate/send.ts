import { Pool } from 'undici'
import { type TillAction, tillAction } from '../../errors.ts'
import type { GatewayTls } from '../gateway/gateway-tls.ts'
import type { TokenHeaders } from '../gateway/token.ts'

/** The answer to one attempt. `status` null: no answer, or an incomplete one. `action`: what the till does with it. */
export interface AttemptAnswer {
  readonly status: number | null
  readonly action: TillAction
  readonly outcome: 'acknowledged' | 'rejected' | 'unknown'
  /** From the receipt, if it has them. */
  readonly place: { readonly partition: number; readonly offset: string | null } | undefined
  readonly retryAfterMs: number | undefined
}

/** The connections of all tills to one gateway. */
export interface Sender {
  /** Sends one invoice. Resolves when the answer was read to its end, or there will be none. Never rejects. */
  send(body: Buffer, signal: AbortSignal): Promise<AttemptAnswer>
  /** How many sends had to wait because every connection was busy. */
  readonly waited: number
  close(): Promise<void>
}

export interface SenderOptions {
  /** Of the gateway or its load balancer, e.g. `http://127.0.0.1:8080`. */
  readonly url: URL
  readonly tls?: GatewayTls | undefined
  /** Kept alive and shared; one request at a time on each. */
  readonly connections: number
  readonly answerTimeoutMs: number
  readonly tokenHeaders: TokenHeaders
}

const MAX_ANSWER_BYTES = 1_048_576
const HEADERS = { 'content-type': 'application/json' }
const NO_ANSWER: AttemptAnswer = {
  status: null,
  action: 'resend',
  outcome: 'unknown',
  place: undefined,
  retryAfterMs: undefined,
}

export function createSender(options: SenderOptions): Sender {
  const { url, tls = {}, connections, answerTimeoutMs, tokenHeaders } = options
  const sent = { ...HEADERS, ...tokenHeaders }
  const path = `${url.pathname.replace(/\/$/, '')}/v1/invoices`
  const pool = new Pool(url.origin, {
    connections,
    connect: tls,
    pipelining: 1,
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
    maxResponseSize: MAX_ANSWER_BYTES,
  })
  let busy = 0
  let waited = 0
  return {
    get waited() {
      return waited
    },
    async send(body, signal) {
      if (busy++ >= connections) waited++
      try {
        const {
          statusCode,
          headers,
          body: answer,
        } = await pool.request({
          path,
          method: 'POST',
          headers: sent,
          body,
          signal,
        })
        return answerOf(statusCode, headers['retry-after'], await answer.text())
      } catch {
        return NO_ANSWER
      } finally {
        busy--
      }
    },
    close: () => pool.destroy(),
  }
}

/** A receipt is `acknowledged`. An answer without a receipt or an outcome, such as a load balancer's, is `unknown`. */
export function answerOf(status: number, retryAfter: unknown, text: string): AttemptAnswer {
  const document = parse(text)
  const retryAfterMs = /^\d{1,5}$/.test(String(retryAfter)) ? Number(retryAfter) * 1_000 : undefined
  const action = tillAction(status, document)
  if (action === 'delete') {
    const { partition, offset } = document
    const hasPlace = Number.isInteger(partition) && (offset === null || /^\d{1,15}$/.test(String(offset)))
    const place = hasPlace ? { partition: partition as number, offset: offset as string | null } : undefined
    return { status, action, outcome: 'acknowledged', place, retryAfterMs }
  }
  const outcome = document.outcome === 'rejected' ? 'rejected' : 'unknown'
  return { status, action, outcome, place: undefined, retryAfterMs }
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
