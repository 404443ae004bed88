/**
 * `npm run bench:modes -- [--rounds 5] [--seconds 5]`: what each delivery guarantee costs on three brokers, measured in
 * turns in one run: acknowledged invoices a second with 64 sequential tills, and CPU of the gateway for each. Only the
 * ratios mean anything: tills, brokers and gateway share the machine.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { statFields } from '../../dev/proc-stat.ts'
import { PRODUCER_SETTINGS } from '../../src/kafka/delivery.ts'
import { createWorld, startBrokers } from './world.ts'

const CLOCK_TICKS_PER_SECOND = 100

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '5' } },
})

/** User and system time of a process so far, in microseconds. */
function cpuMicroseconds(pid: number): number {
  const fields = statFields(`/proc/${pid}/stat`)
  return ((Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND) * 1_000_000
}

const kafka = await startBrokers()
const results = new Map<string, { perSecond: number; cpuMicros: number }[]>()
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const delivery of Object.keys(PRODUCER_SETTINGS)) {
      const world = await createWorld(kafka, { environment: { DELIVERY: delivery } })
      const load = world.startLoad({ tills: 64, stores: 64, pauseMs: 0 })
      await load.more(1_000)
      const [before, cpuBefore, startedAtMs] = [
        load.acknowledged,
        cpuMicroseconds(world.gateway.pid),
        performance.now(),
      ]
      await sleep(Number(values.seconds) * 1_000)
      const invoices = load.acknowledged - before
      const perSecond = invoices / ((performance.now() - startedAtMs) / 1_000)
      const cpuMicros = (cpuMicroseconds(world.gateway.pid) - cpuBefore) / invoices
      results.set(delivery, [...(results.get(delivery) ?? []), { perSecond, cpuMicros }])
      await world.finish()
    }
  }
} finally {
  await kafka.stop()
}

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number
const baseline = results.get('exactly-once') ?? []
console.log(
  'guarantee       invoices/s   CPU us an invoice   invoices/s : exactly-once (median, min..max of the rounds)',
)
for (const [delivery, rounds] of results) {
  const ratios = rounds.map(({ perSecond }, i) => perSecond / (baseline[i]?.perSecond ?? Number.NaN))
  const ratio = `${median(ratios).toFixed(2)}  ${Math.min(...ratios).toFixed(2)}..${Math.max(...ratios).toFixed(2)}`
  const perSecond = median(rounds.map(({ perSecond }) => perSecond)).toFixed(0)
  const cpu = median(rounds.map(({ cpuMicros }) => cpuMicros)).toFixed(0)
  console.log(delivery.padEnd(15), perSecond.padEnd(12), cpu.padEnd(19), ratio)
}
