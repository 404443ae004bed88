import type { Admin } from '../src/kafka/kafkajs/index.ts'
import type { LoadResult } from './load.ts'
import { cpuSeconds, runLoad } from './processes.ts'
import type { Subject, Target } from './subjects.ts'

/** The figures of a subject under a load. */
export interface Sample {
  readonly invoicesPerSecond: number
  /** Microseconds of the subject's processor time (all threads) for each acknowledged invoice. */
  readonly cpuUs: number
  /** The share of its core that the subject used, and the share of the other core that the load generator used. */
  readonly busy: number
  readonly loadBusy: number
  /** Milliseconds from the intended time. */
  readonly latency: LoadResult['latency']
}

export type Load = Readonly<Record<string, string | number>> & { readonly seconds: number }

/** Puts a load on a subject. Rejects if the topic did not gain exactly what was acknowledged. */
export async function measure(admin: Admin, target: Target, subject: Subject, load: Load): Promise<Sample> {
  const storedBefore = await storedRecords(admin, target.topic)
  const cpuBefore = cpuSeconds(subject.pid)
  const result = await runLoad(subject.url, load)
  const cpu = cpuSeconds(subject.pid) - cpuBefore
  const stored = (await storedRecords(admin, target.topic)) - storedBefore
  if (result.acknowledged === 0) throw new Error(`${subject.name} acknowledged nothing: ${JSON.stringify(result)}`)
  if (subject.publishes && stored < result.acknowledged)
    throw new Error(`${subject.name} acknowledged ${result.acknowledged}, the topic gained ${stored}`)
  return {
    invoicesPerSecond: result.acknowledged / result.seconds,
    cpuUs: (cpu / result.acknowledged) * 1e6,
    busy: cpu / result.seconds,
    loadBusy: result.busy,
    latency: result.latency,
  }
}

async function storedRecords(admin: Admin, topic: string): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic)
  return offsets.reduce((total, { high }) => total + Number(high), 0)
}

/** Runs `a` and `b` in the order A B B A A B ... Resolves with the results in pairs. */
export async function inPairs<A, B>(pairs: number, a: () => Promise<A>, b: () => Promise<B>): Promise<[A, B][]> {
  const results: [A, B][] = []
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) {
      const first = await a()
      results.push([first, await b()])
    } else {
      const first = await b()
      results.push([await a(), first])
    }
  }
  return results
}
