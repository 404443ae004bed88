import { type Dispatcher, request as httpRequest } from 'undici'
import { noAnswer } from '../gateway/no-answer.ts'
import type { TokenHeaders } from '../gateway/token.ts'

/** How a gateway is reached. */
export interface GatewayAccess {
  /** Ends with a slash. */
  readonly url: URL
  readonly tokenHeaders: TokenHeaders
  /** Makes the connections, if they are not made as Node does by itself. */
  readonly dispatcher?: Dispatcher | undefined
  /** Aborts what is in flight. */
  readonly signal: AbortSignal
}

export interface Question {
  readonly method: 'GET' | 'POST'
  /** Below the address of the gateway. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** A longer answer counts as none. */
  readonly maxAnswerBytes: number
}

export type HttpAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Headers; readonly text: string }
  /** `isSent`: part of the request may have arrived. */
  | { readonly kind: 'none'; readonly reason: string; readonly isSent: boolean }

/**
 * Sends one request. Resolves within `timeoutMs`, with its whole answer or why there is none; never rejects. Not with
 * `fetch`: that refuses some ports, as browsers do.
 */
export async function askGateway(question: Question, timeoutMs: number, access: GatewayAccess): Promise<HttpAnswer> {
  const { method, path, headers, body, maxAnswerBytes } = question
  const { url, tokenHeaders, dispatcher, signal } = access
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await httpRequest(new URL(path, url), {
      method,
      headers: { ...headers, ...tokenHeaders },
      ...(body === undefined ? {} : { body }),
      ...(dispatcher === undefined ? {} : { dispatcher }),
      signal: AbortSignal.any([signal, timeout]),
    })
    const text = await readText(answer.body, maxAnswerBytes)
    return { kind: 'answered', status: answer.statusCode, headers: headersOf(answer.headers), text }
  } catch (error) {
    if (timeout.aborted)
      return { kind: 'none', reason: `no answer within ${Math.ceil(timeoutMs / 100) / 10} s`, isSent: true }
    return { kind: 'none', ...noAnswer(error) }
  }
}

function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const entries = Object.entries(headers).flatMap(([name, value = []]) => [value].flat().map((each) => [name, each]))
  return new Headers(entries as [string, string][])
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new Error(`its answer has more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
