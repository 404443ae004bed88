import { Client } from 'undici'
import { visibleText } from '../terminal/visible-text.ts'
import type { GatewayTls } from './gateway-tls.ts'
import { noAnswer } from './no-answer.ts'

const MAX_ANSWER_BYTES = 65_536

/** The port of the tills says no more than that. */
const NOT_READY = 'the gateway is not ready: its log and /readyz on its ADMIN_PORT say why'

/**
 * Why the gateway at `url` (which ends with a slash) takes no invoices now, in one line; undefined if it says that it is
 * ready. At an operator's listener the line has the reasons. Resolves within `timeoutMs` and never rejects.
 */
export async function whyNotReady(url: URL, timeoutMs = 2_000, tls: GatewayTls = {}): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const place = new URL('readyz', url)
  const client = new Client(url.origin, { connect: tls, maxResponseSize: MAX_ANSWER_BYTES })
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path: place.pathname, signal: timeout })
    const { ready, reasons } = readinessOf(await body.text())
    if (ready === true) return undefined
    if (ready !== false) return `${place} answered ${statusCode}: is it a gateway?`
    if (!Array.isArray(reasons)) return NOT_READY
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
