import { Client } from 'undici'
import { visibleText } from '../terminal/visible-text.ts'
import { noAnswer } from './no-answer.ts'

const MAX_ANSWER_BYTES = 65_536

/**
 * Why the gateway at `url` (which ends with a slash) takes no invoices now, in one line; undefined if it says that it is
 * ready. Resolves within `timeoutMs` and never rejects.
 */
export async function whyNotReady(url: URL, timeoutMs = 2_000): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const place = new URL('readyz', url)
  const client = new Client(url.origin, { maxResponseSize: MAX_ANSWER_BYTES })
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path: place.pathname, signal: timeout })
    const { ready, reasons } = readinessOf(await body.text())
    if (ready === true) return undefined
    if (!Array.isArray(reasons)) return `${place} answered ${statusCode}: is it a gateway?`
    return `the gateway is not ready: ${reasons.map((reason) => visibleText(String(reason))).join('; ')}`
  } catch (error) {
    return timeout.aborted ? `${url} gave no answer within ${timeoutMs / 1_000} s` : noAnswer(error).reason
  } finally {
    await client.destroy()
  }
}

function readinessOf(text: string): { ready?: unknown; reasons?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
