import { type Dispatcher, request as httpRequest } from 'undici'
import { noAnswer } from '../gateway/no-answer.ts'
import type { TokenHeaders } from '../gateway/token.ts'
import type { CutRequest, RequestCoding } from './cut-request.ts'
import { type GatewayAnswer, readGatewayAnswer, readInvoiceAnswer } from './gateway-answer.ts'

export interface PostOptions {
  /** Of the gateway; ends with a slash. */
  readonly url: URL
  readonly coding: RequestCoding
  readonly tokenHeaders: TokenHeaders
  /** Makes the connections, if they are not made as Node does by itself. */
  readonly dispatcher?: Dispatcher | undefined
  /** Aborts the request in flight. */
  readonly signal: AbortSignal
}

const MAX_ANSWER_BYTES = 64 * 2 ** 20

/**
 * Sends one request. Resolves within `timeoutMs`, with its answer or why there is none; never rejects. Not with
 * `fetch`: that refuses some ports, as browsers do.
 */
export async function postUpload(
  request: CutRequest,
  timeoutMs: number,
  { url, coding, tokenHeaders, dispatcher, signal }: PostOptions,
): Promise<GatewayAnswer> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const { statusCode, headers, body } = await httpRequest(
      new URL(request.isAlone ? 'v1/invoices' : 'v1/invoices/batch', url),
      {
        method: 'POST',
        headers: { ...(request.isAlone ? INVOICE_HEADERS : uploadHeaders(coding)), ...tokenHeaders },
        body: request.body,
        ...(dispatcher === undefined ? {} : { dispatcher }),
        signal: AbortSignal.any([signal, timeout]),
      },
    )
    const text = await readText(body)
    if (request.isAlone) return readInvoiceAnswer(statusCode, headersOf(headers), text)
    return readGatewayAnswer(statusCode, headersOf(headers), text, request.invoices)
  } catch (error) {
    if (timeout.aborted)
      return { kind: 'none', reason: `no answer within ${Math.ceil(timeoutMs / 100) / 10} s`, isSent: true }
    return { kind: 'none', ...noAnswer(error) }
  }
}

const INVOICE_HEADERS = { 'content-type': 'application/json' }

function uploadHeaders(coding: RequestCoding): Record<string, string> {
  const headers = { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson' }
  return coding === 'identity' ? headers : { ...headers, 'content-encoding': coding }
}

function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const entries = Object.entries(headers).flatMap(([name, value = []]) => [value].flat().map((each) => [name, each]))
  return new Headers(entries as [string, string][])
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`its answer has more than ${MAX_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
