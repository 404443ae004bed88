/**
 * `npm run soak -- [--minutes 60] [--seed 1]`: tills send for a long time while brokers flap and the wire loses answers.
 * Prints a line a minute; at the end the audit's verdict and the growth of resident memory since the fifth minute (in a
 * shorter run, since its first tenth). Exit code 1 when the promise was broken, memory grew by 5 % or more, or the
 * gateway logged an unhandled error.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { brokenRules } from '../harness/audit.ts'
import { randomFrom } from '../harness/random.ts'
import { randomPlan } from './cases.ts'
import { createWorld, startBrokers } from './world.ts'

const MAX_GROWTH = 0.05

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
})
const minutes = Number(values.minutes)
const settledAfterMs = Math.min(5 * 60_000, minutes * 6_000)

const kafka = await startBrokers()
let isBroken = true
try {
  const world = await createWorld(kafka)
  const startedAtMs = performance.now()
  const samples: { atMs: number; residentBytes: number }[] = []
  const sampler = setInterval(() => {
    samples.push({ atMs: performance.now() - startedAtMs, residentBytes: world.gateway.residentBytes })
  }, 1_000)
  const reporter = setInterval(() => {
    const resident = Math.round((samples.at(-1)?.residentBytes ?? 0) / 2 ** 20)
    console.log(
      `${Math.round((performance.now() - startedAtMs) / 60_000)} min: ${world.load.acknowledged} acknowledged, ${resident} MiB resident`,
    )
  }, 60_000)
  await randomPlan(minutes * 60, { pauseMs: 60 }).run(world, randomFrom(Number(values.seed)))
  await sleep(5_000)
  clearInterval(sampler)
  clearInterval(reporter)
  const { report, longestGapMs } = await world.finish()

  // Medians, because one garbage collection more or less means nothing.
  const settled = samples.filter(({ atMs }) => atMs >= settledAfterMs).map(({ residentBytes }) => residentBytes)
  const part = Math.ceil(settled.length / 5)
  const [first, last] = [median(settled.slice(0, part)), median(settled.slice(-part))]
  const growth = last / first - 1
  const findings = [...brokenRules(report), ...world.findings]
  console.log(`${report.totals.acknowledged} acknowledged, longest gap ${(longestGapMs / 1_000).toFixed(1)} s`)
  console.log(
    `resident memory: ${Math.round(first / 2 ** 20)} -> ${Math.round(last / 2 ** 20)} MiB, ${(100 * growth).toFixed(1)} %`,
  )
  for (const finding of findings) console.log(finding)
  isBroken = findings.length > 0 || growth >= MAX_GROWTH
} finally {
  await kafka.stop()
}
process.exit(isBroken ? 1 : 0)

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
