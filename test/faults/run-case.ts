import type { ProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { brokenRules } from '../harness/audit.ts'
import { randomFrom } from '../harness/random.ts'
import type { FaultCase } from './cases.ts'
import { createWorld } from './world.ts'

/** One line of the table. */
export interface CaseResult {
  readonly number: number
  readonly name: string
  readonly seed: number
  readonly acknowledged: number
  readonly lost: number
  readonly duplicated: number
  readonly reordered: number
  readonly longestGapMs: number
  /** Everything that breaks the promise or the case's own expectations; empty when all is well. */
  readonly findings: readonly string[]
}

/** Runs one case with a fresh topic and gateway on shared brokers, and judges it. */
export async function runCase(
  kafka: ProxiedKafka,
  faultCase: FaultCase,
  seed: number,
  program?: string[],
): Promise<CaseResult> {
  const { number, name, environment = {}, topicConfig = {} } = faultCase
  const world = await createWorld(kafka, { environment, topicConfig, ...(program === undefined ? {} : { program }) })
  let failure: Error | undefined
  try {
    await faultCase.run(world, randomFrom(seed))
  } catch (error) {
    failure = error as Error
    await heal(kafka)
  }
  const { report, longestGapMs } = await world.finish()
  const { acknowledged, found } = report.totals
  return {
    number,
    name,
    seed,
    acknowledged,
    lost: found.lost + found.misplaced,
    duplicated: found.excess,
    reordered: found.reordered,
    longestGapMs,
    findings: [...(failure === undefined ? [] : [failure.message]), ...brokenRules(report), ...world.findings],
  }
}

/** After a case that failed half-way: every broker runs, every wire forwards. */
async function heal(kafka: ProxiedKafka): Promise<void> {
  for (const proxy of kafka.proxies) proxy.setRule(null)
  for (const broker of kafka.cluster.brokers) {
    broker.thaw()
    await broker.kill()
    await broker.start()
  }
}
