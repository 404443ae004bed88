/**
 * `npm run attack -- [--seconds 4] [--only NAME,NAME] [--json] [--list]`: what one sender can do to the others. Starts
 * Kafka and a gateway as it is shipped, lets a few well-behaved tills send, and runs one attack after the other beside
 * them, from a process of its own that takes only the processor time that is left. Prints what the tills saw. Exit code
 * 1 if an attack did harm. Everything is on the loopback network, and ends with this process.
 */
import { parseArgs } from 'node:util'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { createProgressLines } from '../../dev/progress.ts'
import { ATTACKS, NOISE } from './attacks.ts'
import { type AttackedGateway, startAttacked } from './gateway.ts'
import { type Row, runAttack } from './run-attack.ts'
import { LEGEND, tableText } from './table.ts'
import { watch } from './till.ts'

const PARTITIONS = 12 // the default of KAFKA_PARTITIONS
/** A gateway that has just started is not as quick as it gets. */
const WARM_UP = { seconds: 3, postsPerSecond: 200 }

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
if (!(seconds >= 1 && seconds <= 600)) throw new Error('--seconds is from 1 to 600')
const names = values.only?.split(',')
const unknown = names?.filter((name) => !ATTACKS.some((attack) => attack.name === name)) ?? []
if (unknown.length > 0) throw new Error(`no attack ${unknown.join()}; --list shows their names`)

if (values.list) {
  const width = Math.max(...ATTACKS.map(({ name }) => name.length))
  for (const { name, what } of ATTACKS) console.log(`${name.padEnd(width)}  ${what}`)
  process.exit()
}

const over = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort())
const { onProgress, say, end } = createProgressLines(process.stderr)
const kafka = await startKafka({ onProgress, signal: over.signal })
const rows: Row[] = []
try {
  await kafka.createTopic({ topic: 'pos.invoices', partitions: PARTITIONS })
  for (const auth of ['off', 'required'] as const) {
    const wanted = ATTACKS.filter((attack) => (attack.auth ?? 'off') === auth)
    const chosen = wanted.filter(({ name }) => names?.includes(name) ?? true)
    if (chosen.length > 0) await runAll(auth, chosen)
  }
} catch (error) {
  end()
  console.error(over.signal.aborted ? 'Stopped.' : (error as Error).message)
  process.exitCode = 1
} finally {
  end()
  await kafka.stop()
}
if (values.json) console.log(JSON.stringify(rows, null, 2))
else console.log(`${tableText(rows)}\n\n${LEGEND}`)
process.exit(process.exitCode ?? (rows.every(({ faults }) => faults.length === 0) ? 0 : 1))

async function runAll(auth: 'off' | 'required', attacks: typeof ATTACKS): Promise<void> {
  const all = attacks[0] === NOISE ? attacks : [NOISE, ...attacks]
  let gateway: AttackedGateway | undefined
  let noiseMs = Number.POSITIVE_INFINITY // nothing is judged before it is known
  try {
    for (const [i, attack] of all.entries()) {
      // What an attack left behind must not be taken for the harm of the next one.
      if (gateway === undefined || rows.at(-1)?.faults.length !== 0) {
        await gateway?.stop()
        onProgress(`Starting a gateway, AUTH=${auth}`)
        gateway = await startAttacked(kafka.bootstrap, auth)
        await watch({ url: gateway.url, token: gateway.token, ...WARM_UP, signal: over.signal })
      }
      const place = `${i + 1} of ${all.length}: ${attack.name}`
      const row = await runAttack(attack, gateway, {
        seconds,
        noiseMs,
        signal: over.signal,
        onStep: (step) => onProgress(place, step),
      })
      const faults = gateway.isAlive ? row.faults : [...row.faults, 'the gateway ended']
      rows.push({ ...row, name: auth === 'off' ? row.name : `${row.name} (tokens)`, faults })
      if (attack === NOISE) noiseMs = row.rounds.at(-1)!.during.p50Ms
      say(`${place}: ${faults.length === 0 ? 'held' : faults.join(', ')}`)
    }
  } finally {
    await gateway?.stop()
  }
}
