/**
 * A load generator, in a process of its own: `load.ts --url URL --kind post|upload --connections N --seconds S`
 * `[--rate N]` `[--invoices N an upload]` `[--lines N an invoice]` `[--samples N a terminal]` `[--store-prefix S]`
 * `[--key-file FILE]`. With a key, each terminal sends a token of its own (posts only). Without a rate, each
 * connection sends as soon as it has an answer. With a rate (invoices a second, posts only), invoices have intended
 * send times, and latency counts from those. Prints one line of JSON.
 */
import { createHistogram, performance, type RecordableHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createIssuer } from '../src/tools/token/issue.ts'
import { HttpConnection } from './http-connection.ts'
import { InvoiceSource, postRequest, uploadRequest } from './requests.ts'

interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** The result of a load. */
export interface LoadResult {
  readonly acknowledged: number
  /** Answers by status, of single posts or whole uploads. */
  readonly statuses: Record<string, number>
  readonly seconds: number
  /** Milliseconds from the intended time to the acknowledgement. */
  readonly latency: Percentiles
  /** Milliseconds that the acknowledged attempt itself took, without any wait before it. */
  readonly attempt: Percentiles
  /** The share of one core that this process used while it sent. */
  readonly busy: number
}

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    kind: { type: 'string', default: 'post' },
    connections: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string' },
    invoices: { type: 'string', default: '1000' },
    lines: { type: 'string', default: '3' },
    samples: { type: 'string', default: '100' },
    'store-prefix': { type: 'string', default: 'S' },
    stores: { type: 'string', default: '200' },
    'key-file': { type: 'string' },
  },
})

/** Bounds on the samples of all terminals together, because each one is made and kept. */
const MAX_SAMPLES = 20_000
const MAX_SAMPLE_LINES = 60_000
const connections = Number(values.connections)
const seconds = Number(values.seconds)
const lines = Number(values.lines)
const invoicesPerUpload = Number(values.invoices)
const latencies = createHistogram({ figures: 3 })
const attempts = createHistogram({ figures: 3 })
const statuses: Record<string, number> = {}
let acknowledged = 0

const issue = values['key-file'] === undefined ? undefined : await createIssuer(values['key-file'])

/** One terminal on one connection. */
async function openTerminal(index: number) {
  const storeId = `${values['store-prefix']}${index % Number(values.stores)}`
  const samples = Math.ceil(
    Math.min(Number(values.samples), Math.min(MAX_SAMPLES, MAX_SAMPLE_LINES / lines) / connections),
  )
  const source = new InvoiceSource(storeId, `T${index}`, lines, samples)
  const claims = { name: `T${index}`, stores: new Set([storeId]), terminals: new Set([`T${index}`]) }
  const issued = await issue?.({ ...claims, audience: 'tillgate', scopes: ['invoices:write'], days: 1 })
  const headers = issued === undefined ? undefined : { authorization: `Bearer ${issued.token}` }
  const connection = await HttpConnection.open(new URL(String(values.url)))
  return {
    close: () => connection.close(),
    /** Sends one invoice or upload until it is stored, by the till's rule. */
    send: async (intendedAtMs: number) => {
      const isPost = values.kind === 'post'
      const request = isPost ? postRequest(source, headers) : uploadRequest(source, invoicesPerUpload)
      for (;;) {
        const sentAtMs = performance.now()
        const { status, retryAfter, body } = await connection.send(request)
        statuses[status] = (statuses[status] ?? 0) + 1
        if (status < 300) {
          record(latencies, intendedAtMs)
          record(attempts, sentAtMs)
          const stored = isPost ? 1 : Number(/"accepted":(\d+)/.exec(body.toString('latin1', 0, 200))?.[1])
          if (performance.now() < endMs) acknowledged += stored
          return
        }
        if (status < 500 && status !== 408 && status !== 429) throw new Error(`answered ${status}: ${body}`)
        if (performance.now() > endMs) return
        await sleep((retryAfter + Math.random() - 0.5) * 1_000)
      }
    },
  }
}

const terminals: Awaited<ReturnType<typeof openTerminal>>[] = []
while (terminals.length < connections) {
  const some = Math.min(100, connections - terminals.length)
  terminals.push(...(await Promise.all(Array.from({ length: some }, (_, i) => openTerminal(terminals.length + i)))))
}
const cpuBefore = process.cpuUsage()
const startedAtMs = performance.now()
const endMs = startedAtMs + seconds * 1_000
const ended = sleep(endMs - startedAtMs).then(() => process.cpuUsage(cpuBefore))
await (values.rate === undefined ? closedLoop() : openLoop(Number(values.rate)))
const cpu = await ended
for (const terminal of terminals) terminal.close()

const result: LoadResult = {
  acknowledged,
  statuses,
  seconds,
  latency: percentilesOf(latencies),
  attempt: percentilesOf(attempts),
  busy: (cpu.user + cpu.system) / (seconds * 1e6),
}
console.log(JSON.stringify(result))

function record(histogram: RecordableHistogram, sinceMs: number): void {
  histogram.record(Math.max(1, Math.round((performance.now() - sinceMs) * 1e6)))
}

function percentilesOf(histogram: RecordableHistogram): Percentiles {
  const ms = (percentile: number) => histogram.percentile(percentile) / 1e6
  return { p50: ms(50), p99: ms(99), p999: ms(99.9), max: histogram.max / 1e6 }
}

async function closedLoop(): Promise<void> {
  await Promise.all(
    terminals.map(async ({ send }) => {
      while (performance.now() < endMs) await send(performance.now())
    }),
  )
}

/**
 * Arrivals at random (exponential) intervals, whatever the answers do. Each goes to a random free terminal, so that all
 * stores and partitions get the same load; if no terminal is free, it waits.
 */
async function openLoop(rate: number): Promise<void> {
  const idle = [...terminals]
  const waiting: number[] = []
  let begun = 0 // of those; shifting them out of a long array would cost as much as it is long
  const under = new Set<Promise<void>>()
  const start = (intendedAtMs: number) => {
    if (idle.length === 0) {
      waiting.push(intendedAtMs)
      return
    }
    const chosen = Math.floor(Math.random() * idle.length)
    const terminal = idle[chosen]!
    idle[chosen] = idle.at(-1)!
    idle.pop()
    const sending = terminal.send(intendedAtMs).then(() => {
      under.delete(sending)
      idle.push(terminal)
      if (begun < waiting.length) start(waiting[begun++] as number)
    })
    under.add(sending)
  }
  for (let nextMs = startedAtMs; nextMs < endMs; ) {
    if (nextMs > performance.now()) await sleep(Math.min(1, nextMs - performance.now()))
    for (; nextMs <= performance.now() && nextMs < endMs; nextMs += (-Math.log(1 - Math.random()) * 1_000) / rate)
      start(nextMs)
  }
  waiting.length = 0
  while (under.size > 0) await Promise.all(under)
}
