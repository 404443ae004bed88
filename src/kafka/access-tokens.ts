import { systemProblem } from '../system-problem.ts'
import { backoffMs, LATE, within } from '../waiting.ts'
import kafkajs from './kafkajs/index.ts'
import { readSecret } from './secret-file.ts'

export interface AccessTokenOptions {
  /** The token endpoint (RFC 6749, 3.2). */
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecretFile: string
  readonly scope: string | undefined
  /** How long one request may take, until its answer was read to the end. */
  readonly timeoutMs: number
  /** Called when there is no new token although the last one should be renewed; it goes on to count until it expires. */
  readonly onStale: (reason: string) => void
  readonly now?: () => number
}

interface Token {
  readonly value: string
  readonly renewAtMs: number
  readonly expiresAtMs: number
}

/** A token is renewed when this part of its life is over, before any session that began with it ends. */
const RENEW_AFTER = 0.8
/** The life of a token that does not say it (RFC 6749 only recommends it): renewed after a minute. */
const UNKNOWN_LIFE_MS = 60_000 / RENEW_AFTER
const BACKOFF = { firstMs: 100, maxMs: 30_000 }
const MAX_ANSWER_BYTES = 65_536

/**
 * Fetches tokens for our client's id and secret (client credentials, RFC 6749, 4.4), and keeps the last one while it is
 * good. One request at a time, whoever waits for it. After a failure there is a pause before the next request, up to
 * half a minute; until then everybody gets the last failure. Rejects with an error of kafkajs that it retries a few times;
 * our callers go on from there.
 */
export function createAccessTokens(options: AccessTokenOptions): () => Promise<{ value: string }> {
  const { onStale, now = () => performance.now() } = options
  let token: Token | undefined
  let fetching: Promise<Token> | undefined
  let failures = 0
  let failure: Error | undefined
  let pauseEndsAtMs = Number.NEGATIVE_INFINITY

  async function renew(): Promise<Token> {
    if (failure !== undefined && now() < pauseEndsAtMs) throw failure
    try {
      token = await fetchToken(options, now)
      failures = 0
      failure = undefined
      return token
    } catch (error) {
      failure = error as Error
      pauseEndsAtMs = now() + backoffMs(failures++, BACKOFF)
      throw error
    }
  }

  return async () => {
    if (token !== undefined && now() < token.renewAtMs) return token
    const known = failure
    fetching ??= renew().finally(() => {
      fetching = undefined
    })
    try {
      return await fetching
    } catch (error) {
      if (token === undefined || now() >= token.expiresAtMs) throw error
      if (failure !== known) onStale(`${(error as Error).message}; the last token still counts`)
      return token
    }
  }
}

async function fetchToken(options: AccessTokenOptions, now: () => number): Promise<Token> {
  const { tokenUrl, clientId, clientSecretFile, scope, timeoutMs } = options
  const fail = (reason: string) => new kafkajs.KafkaJSError(`no token for Kafka from ${tokenUrl}: ${reason}`)
  const askedAtMs = now()
  let status: number
  let text: string
  try {
    const answer = await fetch(tokenUrl, {
      method: 'POST',
      headers: {
        authorization: `Basic ${basic(clientId, readSecret(clientSecretFile))}`,
        accept: 'application/json',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    status = answer.status
    text = await readText(answer, timeoutMs)
  } catch (error) {
    throw fail(reasonOf(error, timeoutMs))
  }
  const { access_token: value, expires_in: seconds, error, error_description: detail } = membersOf(text)
  if (status !== 200) throw fail([`it answered ${status}`, error, detail].filter(isShort).join(', '))
  if (typeof value !== 'string' || value === '') throw fail('its answer has no access_token')
  const lifeMs = typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : UNKNOWN_LIFE_MS
  return { value, renewAtMs: askedAtMs + lifeMs * RENEW_AFTER, expiresAtMs: askedAtMs + lifeMs }
}

/** RFC 6749, 2.3.1: both are encoded as in a form. */
function basic(clientId: string, secret: string): string {
  const [id, key] = [clientId, secret].map((text) => new URLSearchParams({ '': text }).toString().slice(1))
  return Buffer.from(`${id}:${key}`).toString('base64')
}

async function readText(answer: Response, timeoutMs: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) {
      bytes += chunk.length
      if (bytes > MAX_ANSWER_BYTES) throw new Error(`its answer has more than ${MAX_ANSWER_BYTES} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString()
  })()
  const text = await within(timeoutMs, reading)
  if (text === LATE) throw new Error(`its answer did not end within ${timeoutMs} ms`)
  return text
}

/** `fetch` says only "fetch failed"; the reason is its cause. */
function reasonOf(error: unknown, timeoutMs: number): string {
  if ((error as Error).name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  const cause = (error as Error).cause ?? error
  return (
    systemProblem(cause) ?? systemProblem((cause as { errors?: unknown[] }).errors?.[0]) ?? (cause as Error).message
  )
}

function membersOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

/** An error code or description that can stand in a line of the log. */
function isShort(text: unknown): text is string {
  return typeof text === 'string' && /^[\x20-\x7e]{1,200}$/.test(text)
}
