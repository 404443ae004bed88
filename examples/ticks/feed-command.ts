/**
 * `npm run ticks:feed -- [--port 7070] [--seed 1] [--symbols 1000] [--prefix SYM] [--packets 200] [--ticks 500] [--coding zstd]
 * [--per-second 0]`: a feed that sends packets, sends those without a final answer again, and prints the result.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { CODINGS, type Coding } from '../../src/uploads/inflate.ts'
import { runFeed } from './feed.ts'
import { type GeneratorOptions, generatePackets } from './generate.ts'

const MAX_BAD_NAMED = 10

const text = (value: string) => ({ type: 'string', default: value }) as const

const { values } = parseArgs({
  options: {
    host: text('127.0.0.1'),
    port: text('7070'),
    seed: text('1'),
    symbols: text('1000'),
    prefix: text('SYM'),
    packets: text('200'),
    ticks: text('500'),
    coding: text('zstd'),
    'per-second': text('0'),
  },
})
if (!CODINGS.includes(values.coding as Coding)) throw new Error(`--coding is one of ${CODINGS}`)

/** The packets at this rate; 0: as fast as the handler takes them. */
async function* paced(options: GeneratorOptions, perSecond: number) {
  const startedAtMs = performance.now()
  for await (const packet of generatePackets(options)) {
    const dueInMs = startedAtMs + (1_000 * (packet.number - 1)) / perSecond - performance.now()
    if (perSecond > 0 && dueInMs > 0) await sleep(dueInMs)
    yield packet
  }
}

const options = {
  seed: Number(values.seed),
  symbols: Number(values.symbols),
  prefix: values.prefix,
  packets: Number(values.packets),
  ticksPerPacket: Number(values.ticks),
  coding: values.coding as Coding,
}
let sent = 0
const answers = { ok: 0, bad: 0 }
const startedAtMs = performance.now()
await runFeed({
  host: values.host,
  port: Number(values.port),
  packets: paced(options, Number(values['per-second'])),
  maxUnanswered: 32,
  onSent: () => void sent++,
  onAnswer: (packet, verdict, reason) => {
    answers[verdict]++
    if (verdict === 'bad' && answers.bad <= MAX_BAD_NAMED) console.error(`packet ${packet.number} is bad: ${reason}`)
  },
})
const seconds = (performance.now() - startedAtMs) / 1_000
const perSecond = Math.round((answers.ok * options.ticksPerPacket) / seconds)
const resent = sent - options.packets
console.log(
  `${answers.ok} packets ok, ${answers.bad} bad, ${resent} sent again; ${perSecond} ticks/s in ${seconds.toFixed(1)} s`,
)
process.exitCode = answers.bad === 0 ? 0 : 1
