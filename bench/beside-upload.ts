/**
 * `npm run bench:beside-upload -- [--invoices 1000000] [--pairs 5] [--rate 500]`: live invoices of a thousand tills
 * alone (A) and beside the upload of some of the journals (B), in the order A B B A, by `tillgate simulate` and
 * `tillgate upload`. Prints the p99 of the live invoices and their ratio for each pair, the resident memory, and what
 * `tillgate audit` says of everything that was sent. Exit code 1 when the promise or the memory bound is broken.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { createGzip } from 'node:zlib'
import type { KafkaCluster } from '../dev/kafka/cluster.ts'
import type { Summary } from '../src/tools/simulate/summary.ts'
import type { GatewayProcess } from '../test/harness/gateway-process.ts'
import { withOneGateway } from './one-gateway.ts'
import { CORES } from './processes.ts'
import { InvoiceSource } from './requests.ts'
import { median, spread } from './spread.ts'

const CLI = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const LIVE_SECONDS = 10
/** How many journals are uploaded at once; each belongs to one terminal. */
const JOURNALS_PER_PART = 2
const RESIDENT_CAP_BYTES = 600 * 2 ** 20
/**
 * Runs the upload with the lowest priority on its core, as if on a machine of its own: it must not take the broker's
 * time. With autogroup (`sched(7)`), Linux applies nice values only within a session, so the upload gets a session of
 * its own, and that session a nice value.
 */
const BEHIND = [
  'sh',
  '-c',
  '[ ! -e /proc/self/autogroup ] || echo 19 > /proc/self/autogroup; exec nice -n 19 "$@"',
  'sh',
]

const { values } = parseArgs({
  options: {
    invoices: { type: 'string', default: '1000000' },
    pairs: { type: 'string', default: '5' },
    rate: { type: 'string', default: '500' },
  },
})
const pairs = Number(values.pairs)
const perJournal = Math.ceil(Number(values.invoices) / (pairs * JOURNALS_PER_PART))

const folder = await mkdtemp(join(tmpdir(), 'tillgate-bench-'))
/** Ends the running commands: a Ctrl-C does not reach those in a session of their own. */
const over = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort())
let isBroken = true
try {
  await withOneGateway(measure)
} finally {
  over.abort()
  await rm(folder, { recursive: true, force: true })
}
process.exit(isBroken ? 1 : 0)

async function measure(gateway: GatewayProcess, kafka: KafkaCluster): Promise<void> {
  let largestBytes = 0
  const sampler = setInterval(() => {
    largestBytes = Math.max(largestBytes, gateway.residentBytes)
  }, 100)

  /** Runs a `tillgate` command on the other core; resolves with its standard output. */
  const tillgate = async (args: string[], isBehind = false): Promise<string> => {
    const pinned = ['taskset', '-c', CORES.rest, process.execPath, CLI, ...args]
    const [command, ...rest] = isBehind ? [...BEHIND, ...pinned] : pinned
    const child = spawn(command as string, rest, {
      env: { PATH: process.env.PATH, KAFKA_BROKERS: kafka.bootstrap.join(','), KAFKA_TOPIC: 'bench' },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: isBehind,
      signal: over.signal,
      killSignal: 'SIGKILL',
    })
    const [out] = await Promise.all([textOf(child), once(child, 'exit')])
    if (child.exitCode !== 0) throw new Error(`tillgate ${args[0]} ended with ${child.exitCode}: ${out}`)
    return out
  }
  let runs = 0
  const live = async (): Promise<Summary> => {
    const answers = join(folder, `answers-live-${++runs}`)
    const load = ['--rate', values.rate, '--seconds', String(LIVE_SECONDS), '--seed', String(runs)]
    return JSON.parse(await tillgate(['simulate', '--url', gateway.url, ...load, '--answers', answers, '--json']))
  }
  const upload = (journals: string[]) => {
    const answers = join(folder, 'answers-upload')
    const options = ['--parallel', String(JOURNALS_PER_PART), '--answers', answers]
    return tillgate(['upload', ...journals, '--url', gateway.url, ...options], true)
  }

  console.log(`writing ${pairs * JOURNALS_PER_PART} journals of ${perJournal} invoices`)
  const parts: string[][] = []
  for (let part = 0; part < pairs; part++) {
    const names = Array.from({ length: JOURNALS_PER_PART }, (_, i) => `U${part}-${i}`)
    parts.push(
      await Promise.all(names.map((name) => writeJournal(join(folder, `${name}.ndjson.gz`), name, perJournal))),
    )
  }
  const warmUp = await writeJournal(join(folder, 'warm-up.ndjson.gz'), 'U', perJournal / 4)
  await promisify(execFile)('sync') // writing the journals back must not slow the broker's disk down later
  await Promise.all([live(), upload([warmUp])])
  const ratios: number[] = []
  for (const [pair, journals] of parts.entries()) {
    const alone = () => live().then(latencyOf)
    const beside = async () => {
      const startedAtMs = performance.now()
      const uploading = upload(journals).then(() => (performance.now() - startedAtMs) / 1_000)
      const [latency, seconds] = await Promise.all([alone(), uploading])
      const perSecond = Math.round((perJournal * JOURNALS_PER_PART) / seconds)
      console.log(`  upload: ${seconds.toFixed(1)} s, ${perSecond} invoices/s`)
      return latency
    }
    const isAloneFirst = pair % 2 === 0
    const first = await (isAloneFirst ? alone() : beside())
    const second = await (isAloneFirst ? beside() : alone())
    const [a, b] = isAloneFirst ? [first, second] : [second, first]
    ratios.push(b.p99 / a.p99)
    const [alonePercentiles, besidePercentiles] = [a, b].map(({ p50, p90, p99 }) =>
      [p50, p90, p99].map((ms) => ms.toFixed(1)).join(' / '),
    )
    console.log(
      `pair ${pair + 1}: live p50 / p90 / p99 ${alonePercentiles} ms alone, ${besidePercentiles} ms beside the upload`,
    )
  }
  clearInterval(sampler)
  console.log(
    `\nlive p99 beside the upload / alone: ${spread(ratios)}; goal 1.5: ${median(ratios) <= 1.5 ? 'met' : 'MISSED'}`,
  )
  console.log(
    `resident memory of the gateway: at most ${Math.round(largestBytes / 2 ** 20)} MiB (cap ${RESIDENT_CAP_BYTES / 2 ** 20})`,
  )

  const all = join(folder, 'answers')
  await promisify(execFile)('sh', ['-c', `cat "${folder}"/answers-* > "${all}"`])
  console.log(await tillgate(['audit', '--answers', all]))
  isBroken = largestBytes > RESIDENT_CAP_BYTES
}

function latencyOf({ latencyMs, refusal }: Summary) {
  if (latencyMs === null) throw new Error(`no latencies: ${refusal ?? 'nothing was acknowledged'}`)
  return latencyMs
}

async function textOf(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout ?? []) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function writeJournal(file: string, storeId: string, invoices: number): Promise<string> {
  const source = new InvoiceSource(storeId, 'T1')
  const lines = function* () {
    for (let i = 0; i < invoices; i++) {
      yield Buffer.from(source.next())
      yield Buffer.from('\n')
    }
  }
  await pipeline(lines(), createGzip({ level: 1 }), createWriteStream(file))
  return file
}
