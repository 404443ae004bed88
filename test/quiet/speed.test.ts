import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inPairs, measure } from '../../bench/measure.ts'
import { CORES, pin } from '../../bench/processes.ts'
import { type Subject, startGateway, startPlainRoute } from '../../bench/subjects.ts'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { withAdmin } from '../harness/admin.ts'

const LOAD = { kind: 'post', connections: 64, seconds: 2 }
/** Until the compiler has seen all of it. */
const WARM_UP = { ...LOAD, seconds: 6 }
/** More follow only where the first ones say that an invoice costs too much. */
const [PAIRS, MOST_PAIRS] = [6, 16]
/**
 * Times the processor time of the bare route. Recorded: 1.06 to 1.27 (2026-11-27, five runs on a busy machine, where single
 * pairs came to 2.3); with 45 us more for each invoice 2.06. In `bench/RESULTS.md` it is less, because a gateway is warm there for minutes.
 */
const MOST_TIMES = 1.45

/** Other programs make an invoice cost more, never less. So the least that it cost, of several runs, is compared. */
test(`an invoice costs at most ${MOST_TIMES} times the processor time that it costs the bare route`, async () => {
  const kafka = await startKafka()
  const subjects: Subject[] = []
  try {
    for (const broker of kafka.brokers) await pin(broker.pid, CORES.rest)
    const target = { bootstrap: kafka.bootstrap, topic: 'speed', partitions: 6 }
    await kafka.createTopic(target)
    const gateway = await startGateway(target)
    subjects.push(gateway)
    const bare = await startPlainRoute('bare', target)
    subjects.push(bare)
    const costUs: { readonly ours: number[]; readonly theirs: number[] } = { ours: [], theirs: [] }
    const times = () => Math.min(...costUs.ours) / Math.min(...costUs.theirs)
    await withAdmin(kafka.bootstrap, async (admin) => {
      const run = (subject: Subject, load = LOAD) => measure(admin, target, subject, load)
      await run(gateway, WARM_UP)
      await run(bare, WARM_UP)
      for (let pairs = 0; pairs < PAIRS || (pairs < MOST_PAIRS && times() > MOST_TIMES); pairs++) {
        const pair = await inPairs(
          1,
          () => run(gateway),
          () => run(bare),
        )
        for (const [ours, theirs] of pair) {
          costUs.ours.push(ours.cpuUs)
          costUs.theirs.push(theirs.cpuUs)
        }
      }
    })
    const listed = (all: readonly number[]) => all.map(Math.round).join(' ')
    const text = `${times().toFixed(2)} times; us an invoice: ${listed(costUs.ours)}; the bare route: ${listed(costUs.theirs)}`
    console.log(text)
    assert.ok(times() <= MOST_TIMES, text)
  } finally {
    await Promise.all(subjects.map((subject) => subject.end()))
    await kafka.stop()
  }
})
