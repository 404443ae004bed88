/**
 * `npm run bench:overload -- [--seconds 10] [--rounds 2]`: what happens beyond the gateway's capacity. Tills send at
 * intended times and follow the rule, including Retry-After. There is one till for every five invoices a second, up to
 * 10,000 connections. Prints goodput, the time of accepted attempts and memory, at 2, 5 and 10 times the capacity,
 * beside the capacity itself.
 */
import { parseArgs } from 'node:util'
import { withOneGateway } from './one-gateway.ts'
import { runLoad } from './processes.ts'
import { median } from './spread.ts'

const RATE_PER_TILL = 5
const MAX_TILLS = 10_000

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, rounds: { type: 'string', default: '2' } },
})
const seconds = Number(values.seconds)

await withOneGateway(async (gateway) => {
  const closed = { kind: 'post', connections: 256, seconds }
  await runLoad(gateway.url, closed)
  const peak = await runLoad(gateway.url, closed)
  const capacity = peak.acknowledged / peak.seconds
  console.log(`capacity (256 eager tills): ${Math.round(capacity)} invoices/s, p99 ${peak.attempt.p99.toFixed(0)} ms`)

  const rows: { factor: number; goodput: number; p99: number }[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const factor of [1, 2, 5, 10]) {
      const rate = factor * capacity
      const connections = Math.min(MAX_TILLS, Math.round(rate / RATE_PER_TILL))
      const result = await runLoad(gateway.url, { kind: 'post', connections, seconds, rate })
      const goodput = result.acknowledged / result.seconds
      rows.push({ factor, goodput, p99: result.attempt.p99 })
      const mib = Math.round(gateway.residentBytes / 2 ** 20)
      console.log(
        `${String(factor).padStart(2)} x, ${connections} tills: goodput ${Math.round(goodput)}/s, accepted p50 ${result.attempt.p50.toFixed(0)} p99 ${result.attempt.p99.toFixed(0)} ms, ${mib} MiB resident, generator ${Math.round(100 * result.busy)} % busy ${JSON.stringify(result.statuses)}`,
      )
    }
  }
  const of = (factor: number, key: 'goodput' | 'p99') =>
    median(rows.filter((row) => row.factor === factor).map((row) => row[key]))
  const best = Math.max(capacity, of(1, 'goodput'))
  const base = Math.max(peak.attempt.p99, of(1, 'p99'))
  for (const factor of [2, 5, 10])
    console.log(
      `${factor} x: goodput ${(of(factor, 'goodput') / best).toFixed(2)} of the peak (goal 0.95), accepted p99 ${(of(factor, 'p99') / base).toFixed(1)} x (goal 5)`,
    )
})
