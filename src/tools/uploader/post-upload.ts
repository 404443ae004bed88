import type { CutRequest, RequestCoding } from './cut-request.ts'
import { type GatewayAnswer, readGatewayAnswer, readInvoiceAnswer } from './gateway-answer.ts'

export interface PostOptions {
  /** Of the gateway; ends with a slash. */
  readonly url: URL
  readonly coding: RequestCoding
  /** Aborts the request in flight. */
  readonly signal: AbortSignal
}

const MAX_ANSWER_BYTES = 64 * 2 ** 20
/** No connection was made, so nothing of the request was sent. */
const UNCONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

/** Sends one request. Resolves within `timeoutMs`, with its answer or why there is none; never rejects. */
export async function postUpload(
  request: CutRequest,
  timeoutMs: number,
  { url, coding, signal }: PostOptions,
): Promise<GatewayAnswer> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(new URL(request.isAlone ? 'v1/invoices' : 'v1/invoices/batch', url), {
      method: 'POST',
      headers: request.isAlone ? INVOICE_HEADERS : uploadHeaders(coding),
      body: new Uint8Array(request.body),
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    })
    const text = await readText(response)
    if (request.isAlone) return readInvoiceAnswer(response.status, response.headers, text)
    return readGatewayAnswer(response.status, response.headers, text, request.invoices)
  } catch (error) {
    if (timeout.aborted)
      return { kind: 'none', reason: `no answer within ${Math.ceil(timeoutMs / 100) / 10} s`, isSent: true }
    const { code, reason } = describe(error as Error)
    return { kind: 'none', reason, isSent: !UNCONNECTED.has(code) }
  }
}

const INVOICE_HEADERS = { 'content-type': 'application/json' }

function uploadHeaders(coding: RequestCoding): Record<string, string> {
  const headers = { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson' }
  return coding === 'identity' ? headers : { ...headers, 'content-encoding': coding }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** `fetch` says why it failed in the cause of its error. */
function describe(error: Error): { code: string; reason: string } {
  const cause = (error.cause ?? error) as NodeJS.ErrnoException
  const code = String(cause.code ?? '')
  return { code, reason: `no answer: ${cause.message || code}` }
}
