/**
 * `npm run bench:large-bodies -- [--pairs 3] [--seconds 8] [--rate 100] [--senders 16]`: the times of small posts alone
 * (A) and beside senders of the worst bodies of 800 KB and of small uploads that inflate to the worst 8 MiB (B), in the
 * order A B B A. Prints both and their ratio, what the senders were answered, and the longest block of the event loop.
 */
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { scrape } from '../test/harness/exchange.ts'
import { hostileBodies } from '../test/invoice/hostile-bodies.ts'
import { plainSale } from '../test/invoice/plain-sale.ts'
import { HttpConnection } from './http-connection.ts'
import { inPairs } from './measure.ts'
import { withOneGateway } from './one-gateway.ts'
import { CORES, pin, runLoad } from './processes.ts'
import { requestBytes } from './requests.ts'
import { median, spread } from './spread.ts'

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
    rate: { type: 'string', default: '100' },
    senders: { type: 'string', default: '16' },
  },
})
const load = { kind: 'post', connections: 8, seconds: Number(values.seconds), rate: Number(values.rate) }
const BESIDE_GOAL = 2

const withText = (text: string) => Buffer.from(JSON.stringify({ ...plainSale(), extensions: { text } }))
const posts = [withText('123 '.repeat(195_000)), ...hostileBodies.values()].map((body) =>
  requestBytes('/v1/invoices', { 'content-type': 'application/json' }, body),
)
const tooWide = JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`m${i}`, 0])))
const uploads = [
  Buffer.concat(Array(10).fill(Buffer.concat([withText('123 '.repeat(195_000)), Buffer.from('\n')]))),
  `${tooWide}\n`.repeat(1_000),
].map((body) =>
  requestBytes(
    '/v1/invoices/batch',
    { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    gzipSync(body),
  ),
)

await withOneGateway(async (gateway) => {
  await pin(process.pid, CORES.rest)
  const alone = async () => (await runLoad(gateway.url, load)).latency
  const beside = async () => {
    const over = new AbortController()
    const statuses: Record<string, number> = {}
    const senders = Array.from({ length: Number(values.senders) }, (_, i) =>
      sendAll(gateway.url, i, over.signal, statuses),
    )
    const latency = await alone()
    over.abort()
    await Promise.all(senders)
    console.log(`  senders were answered ${JSON.stringify(statuses)}`)
    return latency
  }
  await runLoad(gateway.url, { ...load, seconds: 4 }) // warm-up
  await beside()
  const measured = await inPairs(Number(values.pairs), alone, beside)
  for (const [a, b] of measured)
    console.log(
      `p50 / p99: ${a.p50.toFixed(1)} / ${a.p99.toFixed(1)} ms alone, ${b.p50.toFixed(1)} / ${b.p99.toFixed(1)} ms beside`,
    )
  const ratios = measured.map(([a, b]) => b.p50 / a.p50)
  console.log(
    `\np50 beside / alone: ${spread(ratios)}; goal ${BESIDE_GOAL}: ${median(ratios) <= BESIDE_GOAL ? 'met' : 'MISSED'}`,
  )
  const seconds = await scrape(gateway.adminUrl, 'tillgate_event_loop_longest_block_seconds')
  console.log(`longest block of the event loop: ${(seconds * 1_000).toFixed(0)} ms`)
})

/** Sends one body after the other, each when the one before it is answered; one sender in four sends uploads. */
async function sendAll(
  url: string,
  number: number,
  over: AbortSignal,
  statuses: Record<string, number>,
): Promise<void> {
  const requests = number % 4 === 0 ? uploads : posts
  for (let i = number; !over.aborted; ) {
    const connection = await HttpConnection.open(new URL(url))
    while (!over.aborted) {
      const answer = await connection.send(requests[i++ % requests.length] as Buffer).catch(() => null)
      const status = answer === null ? 'none' : String(answer.status)
      statuses[status] = (statuses[status] ?? 0) + 1
      if (answer === null) break
    }
    connection.close()
  }
}
