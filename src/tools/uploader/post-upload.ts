import { askGateway, type GatewayAccess } from './ask-gateway.ts'
import type { CutRequest, RequestCoding } from './cut-request.ts'
import { type GatewayAnswer, readGatewayAnswer, readInvoiceAnswer } from './gateway-answer.ts'

export interface PostOptions extends GatewayAccess {
  readonly coding: RequestCoding
}

const MAX_ANSWER_BYTES = 64 * 2 ** 20

/** Sends invoices. Resolves within `timeoutMs`, with the answer or why there is none; never rejects. */
export async function postUpload(
  { isAlone, invoices, body }: CutRequest,
  timeoutMs: number,
  options: PostOptions,
): Promise<GatewayAnswer> {
  const headers = isAlone ? INVOICE_HEADERS : uploadHeaders(options.coding)
  const path = isAlone ? 'v1/invoices' : 'v1/invoices/batch'
  const question = { method: 'POST', path, headers, body, maxAnswerBytes: MAX_ANSWER_BYTES } as const
  const answer = await askGateway(question, timeoutMs, options)
  if (answer.kind === 'none') return answer
  if (isAlone) return readInvoiceAnswer(answer.status, answer.headers, answer.text)
  return readGatewayAnswer(answer.status, answer.headers, answer.text, invoices)
}

const INVOICE_HEADERS = { 'content-type': 'application/json' }

function uploadHeaders(coding: RequestCoding): Record<string, string> {
  const headers = { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson' }
  return coding === 'identity' ? headers : { ...headers, 'content-encoding': coding }
}
