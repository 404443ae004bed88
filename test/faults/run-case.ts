import type { ProxiedKafka } from '../../dev/kafka/proxied-cluster.ts'
import { COMPRESSIONS } from '../../src/kafka/kafkajs/compression.ts'
import { brokenRules } from '../harness/audit.ts'
import { randomFrom } from '../harness/random.ts'
import type { FaultCase } from './fault-case.ts'
import { createWorld, startBrokers } from './world.ts'

/** One row of the table. */
export interface CaseResult {
  readonly number: number
  readonly name: string
  readonly seed: number
  readonly compression: string
  readonly acknowledged: number
  readonly lost: number
  readonly duplicated: number
  readonly reordered: number
  readonly longestGapMs: number
  /** Everything that breaks the promise or the case's own expectations; empty when all is well. */
  readonly findings: readonly string[]
}

/** The brokers of the latest case, which the next case uses too if it needs the same kind. */
export class CaseBrokers {
  #start: (() => Promise<ProxiedKafka>) | undefined
  #kafka: ProxiedKafka | undefined

  async of({ startBrokers: start = startBrokers }: FaultCase): Promise<ProxiedKafka> {
    if (this.#kafka === undefined || this.#start !== start) {
      await this.stop()
      this.#kafka = await start()
      this.#start = start
    }
    return this.#kafka
  }

  async stop(): Promise<void> {
    const kafka = this.#kafka
    this.#kafka = undefined
    await kafka?.stop()
  }
}

/** Runs one case with a new topic and gateway on shared brokers, and judges it. Cases and seeds take all compressions in turns. */
export async function runCase(
  kafka: ProxiedKafka,
  faultCase: FaultCase,
  seed: number,
  program?: string[],
): Promise<CaseResult> {
  const { number, name } = faultCase
  const compression = COMPRESSIONS[(number + seed) % COMPRESSIONS.length] as string
  const environment = { KAFKA_COMPRESSION: compression, ...faultCase.environment }
  const world = await createWorld(kafka, { ...faultCase, environment, ...(program === undefined ? {} : { program }) })
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
    compression: environment.KAFKA_COMPRESSION,
    acknowledged,
    lost: found.lost + found.misplaced,
    duplicated: found.excess,
    reordered: found.reordered,
    longestGapMs,
    findings: [...(failure === undefined ? [] : [failure.message]), ...brokenRules(report), ...world.findings],
  }
}

/** Repairs the cluster after a case that failed half-way: every broker runs, every proxy forwards. */
async function heal(kafka: ProxiedKafka): Promise<void> {
  for (const proxy of kafka.proxies) proxy.setRule(null)
  for (const broker of kafka.cluster.brokers) {
    await broker.kill()
    await broker.start()
  }
}
