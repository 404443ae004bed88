import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import zlib from 'node:zlib'

/** One request as it came in. */
export interface Received {
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  /** As it was sent. */
  readonly bodyBytes: number
  readonly lines: readonly string[]
}

/** How one request is answered; the last one of a script is for all that follow. */
export type Reply = (received: Received, response: ServerResponse) => void

/** A server on loopback that answers uploads as it is told. */
export async function startScriptedGateway(script: readonly Reply[]) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const text = inflate(body, request.headers['content-encoding']).toString()
    const lines = isUpload(request.url) ? text.split('\n').slice(0, -1) : [text]
    const one = { path: request.url, headers: request.headers, bodyBytes: body.length, lines }
    const reply = script[Math.min(received.push(one), script.length) - 1] as Reply
    reply(one, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    received,
    /** The lines of each request. */
    lines: () => received.map(({ lines }) => lines),
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const isUpload = (path: string | undefined) => path?.endsWith('/batch') === true

const NDJSON = { 'content-type': 'application/x-ndjson' }

/** As the gateway would: the document is at fault with 400, 413 and 422. */
function problemOf(status: number, title: string) {
  const till = [400, 413, 422].includes(status) ? 'quarantine' : 'resend'
  return { type: '/problems/x', title, status, outcome: status === 504 ? 'unknown' : 'rejected', till }
}

/** The text of an answer with these results. */
export function answerText(statuses: readonly number[]): string {
  const results = statuses.map((status, index) => {
    if (status < 300) return { index, status, receipt: { invoiceId: 'i', partition: 0, offset: String(index) } }
    return { index, status, problem: problemOf(status, `says ${status}`) }
  })
  return [...results, { summary: {} }].map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** A result for each line. */
export function results(
  statusOf: (line: string, index: number) => number,
  headers: Record<string, string> = {},
): Reply {
  return ({ path, lines }, response) => {
    const statuses = lines.map(statusOf)
    if (!isUpload(path)) {
      response
        .writeHead(201, { 'content-type': 'application/json' })
        .end('{"invoiceId":"i","partition":0,"offset":"0"}')
      return
    }
    const isStored = statuses.every((status) => status === 201)
    response.writeHead(isStored ? 200 : 207, { ...NDJSON, ...headers }).end(answerText(statuses))
  }
}

export const stored = results(() => 201)

/** A problem for the whole of it. */
export function whole(status: number, headers: Record<string, string> = {}, till = 'resend'): Reply {
  return (_, response) => {
    const problem = { ...problemOf(status, `whole ${status}`), till }
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers }).end(JSON.stringify(problem))
  }
}

export const noAnswer: Reply = (_, response) => response.destroy()

/** A 200 with something else in it. */
export function text(body: string, headers: Record<string, string> = NDJSON): Reply {
  return (_, response) => response.writeHead(200, headers).end(body)
}

function inflate(body: Buffer, coding: string | undefined): Buffer {
  if (coding === 'gzip') return zlib.gunzipSync(body)
  return coding === 'zstd' ? zlib.zstdDecompressSync(body) : body
}
