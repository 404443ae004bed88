import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { sampleInvoice } from '../../src/tools/simulate/sample-invoice.ts'

/** What well-behaved senders saw for some seconds. */
export interface Seen {
  /** Answers to posts by status; `none`: there was none in time. */
  readonly posts: Readonly<Record<string, number>>
  /** The same for small compressed uploads. */
  readonly uploads: Readonly<Record<string, number>>
  /** The same for `/livez` and `/readyz`. */
  readonly probes: Readonly<Record<string, number>>
  /** From sending a post to the end of its answer. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** The longest that `/livez` or `/readyz` took. */
  readonly slowestProbeMs: number
}

export interface TillOptions {
  readonly url: string
  readonly seconds: number
  readonly token?: string | undefined
  readonly postsPerSecond?: number
  readonly signal?: AbortSignal
}

const TILLS = 4
const UPLOADS_PER_SECOND = 2
const PROBES_PER_SECOND = 4
const INVOICES_PER_UPLOAD = 5
/** A till that waits longer has a customer in front of it. */
const ANSWER_TIMEOUT_MS = 10_000
/** What Kubernetes allows a probe unless it is told otherwise. */
export const PROBE_TIMEOUT_MS = 1_000

interface Sending {
  readonly path: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: Buffer
  readonly timeoutMs: number
}

/**
 * A few tills in stores of their own, one of which uploads, and a load balancer that probes. Each sends at its times,
 * whether or not it has its last answer. Resolves when all are answered, with what they saw.
 */
export async function watch({ url, seconds, token, postsPerSecond = 20, signal }: TillOptions): Promise<Seen> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const journalId = randomUUID()
  const auth: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const invoice = (storeId: string, sequenceNumber: number) =>
    Buffer.from(JSON.stringify(sampleInvoice({ storeId, terminalId: 'T1', journalId, sequenceNumber, lines: 2 })))
  const ask = (sending: Sending) => answerTo(agent, url, sending)

  const postsMs: number[] = []
  const posts = atTimes(seconds, postsPerSecond, signal, async (count) => {
    const body = invoice(`TILL${count % TILLS}`, count + 1)
    const headers = { 'content-type': 'application/json', ...auth }
    const { status, tookMs } = await ask({ path: '/v1/invoices', headers, body, timeoutMs: ANSWER_TIMEOUT_MS })
    postsMs.push(tookMs)
    return status
  })
  const uploads = atTimes(seconds, UPLOADS_PER_SECOND, signal, async (count) => {
    const first = count * INVOICES_PER_UPLOAD + 1
    const all = Array.from({ length: INVOICES_PER_UPLOAD }, (_, i) => `${invoice('UPLOADER', first + i)}\n`)
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip', ...auth }
    const body = gzipSync(all.join(''))
    return (await ask({ path: '/v1/invoices/batch', headers, body, timeoutMs: ANSWER_TIMEOUT_MS })).status
  })
  let slowestProbeMs = 0
  const probes = atTimes(seconds, PROBES_PER_SECOND, signal, async (count) => {
    const path = count % 2 === 0 ? '/livez' : '/readyz'
    const { status, tookMs } = await ask({ path, method: 'GET', timeoutMs: PROBE_TIMEOUT_MS })
    slowestProbeMs = Math.max(slowestProbeMs, tookMs)
    return status
  })
  const [ofPosts, ofUploads, ofProbes] = await Promise.all([posts, uploads, probes])
  agent.destroy()
  const sorted = postsMs.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
  return { posts: ofPosts, uploads: ofUploads, probes: ofProbes, p50Ms: at(0.5), p99Ms: at(0.99), slowestProbeMs }
}

/** Calls `send` at its times, and counts what each call resolved to. */
async function atTimes(
  seconds: number,
  perSecond: number,
  signal: AbortSignal | undefined,
  send: (count: number) => Promise<string>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const startedAtMs = performance.now()
  const open: Promise<void>[] = []
  const total = Math.max(1, Math.round(seconds * perSecond))
  for (let count = 0; count < total && signal?.aborted !== true; count++) {
    // Between the times of the others, and not all in the first millisecond.
    const atMs = startedAtMs + ((count + Math.random()) * 1_000) / perSecond
    await sleep(Math.max(0, atMs - performance.now()))
    open.push(
      send(count).then((status) => {
        counts[status] = (counts[status] ?? 0) + 1
      }),
    )
  }
  await Promise.all(open)
  return counts
}

/** Resolves with the status and the time until the answer was read to its end; `none` if it was not in time. */
function answerTo(agent: Agent, url: string, sending: Sending): Promise<{ status: string; tookMs: number }> {
  const { path, method = 'POST', headers = {}, body = Buffer.alloc(0), timeoutMs } = sending
  const sentAtMs = performance.now()
  return new Promise((resolve) => {
    const end = (status: string) => resolve({ status, tookMs: performance.now() - sentAtMs })
    const signal = AbortSignal.timeout(timeoutMs)
    const all = { ...headers, 'content-length': body.length }
    const outgoing = request(url + path, { agent, method, headers: all, signal }, (response) => {
      response.resume()
      response.on('error', () => end('none'))
      response.on('end', () => end(String(response.statusCode)))
    })
    outgoing.on('error', () => end('none'))
    outgoing.end(body)
  })
}
