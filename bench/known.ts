/**
 * `npm run bench:known -- [--journals 400000]`: what a gateway's memory of stored invoices costs, without Kafka: an
 * invoice of 1.6 KB from each of so many journals that it has stored itself, and so many journals of 16 numbers from
 * `.journals`. Bytes a journal, and processor time for what is done once for each: to remember, and to look up.
 */
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { contentHash } from '../src/dedup/content.ts'
import { newJournal, take } from '../src/dedup/journal.ts'
import { journalValue, packJournal } from '../src/dedup/journal-value.ts'
import { type Identity, invoiceIdOf, journalText } from '../src/invoice/identity.ts'
import { Acknowledged } from '../src/known/acknowledged.ts'
import { JournalsView } from '../src/known/journals-view.ts'
import { collectGarbage } from '../test/harness/collect-garbage.ts'
import { sampleInvoice } from '../test/invoice/generate.ts'
import { machineLine, table } from './markdown.ts'

const { values } = parseArgs({ options: { journals: { type: 'string', default: '400000' } } })
const journals = Number(values.journals)
/** As the settings' defaults. */
const [REPLAY_BYTES, JOURNALS_BYTES] = [64 * 2 ** 20, 256 * 2 ** 20]
const NUMBERS = 16
const BODIES = 1_000
const START_MS = Date.UTC(2026, 0, 1)

const identityOf = (index: number): Identity => ({
  storeId: `store-${index % 40_000}`,
  terminalId: `till-${index % 10}`,
  journalId: `2026-01-01-${index}`,
  sequenceNumber: NUMBERS,
})
const bodyOf = (index: number, spaces = 0) =>
  Buffer.from(JSON.stringify(sampleInvoice({ ...identityOf(index), seed: index }), null, spaces))
const bodies = Array.from({ length: BODIES }, (_, index) => bodyOf(index))
const anew = Array.from({ length: BODIES }, (_, index) => bodyOf(index, 1))
const ids = Array.from({ length: journals }, (_, index) => invoiceIdOf(identityOf(index)))
const rows: string[][] = []

/** Processor time of each call, in microseconds. */
function timed(what: string, count: number, work: (index: number) => unknown): void {
  for (let index = 0; index < Math.min(count, 2_000); index++) work(index)
  const before = process.cpuUsage()
  for (let index = 0; index < count; index++) work(index)
  const { user, system } = process.cpuUsage(before)
  rows.push([what, `${((user + system) / count).toFixed(2)} us`])
}

const body = (index: number) => bodies[index % BODIES] as Buffer
const id = (index: number) => ids[index] as string

const acknowledged = new Acknowledged(REPLAY_BYTES)
timed('own memory: look up an invoice that is not known', journals, (index) =>
  acknowledged.find(id(index), body(index)),
)
timed('own memory: remember an invoice', journals, (index) =>
  acknowledged.remember(id(index), body(index), '7', START_MS),
)
timed('own memory: the same bytes again, kept', BODIES, (index) => {
  const latest = journals - BODIES + index
  return acknowledged.find(id(latest), body(latest))
})
timed('own memory: serialised anew', BODIES, (index) => {
  const latest = journals - BODIES + index
  return acknowledged.find(id(latest), anew[latest % BODIES] as Buffer)
})
timed('own memory: the same bytes again, no longer kept', 10_000, (index) => acknowledged.find(id(index), body(index)))
rows.push([
  'own memory: bytes an invoice, besides those of the latest',
  (REPLAY_BYTES / 2 / acknowledged.capacity).toFixed(0),
])
rows.push([`own memory: of ${journals.toLocaleString('en-US')} remembered`, acknowledged.count.toLocaleString('en-US')])

const partitionOf = () => 0
const hashes = bodies.map((bytes) => contentHash(bytes))
collectGarbage()
const heapBefore = process.memoryUsage().heapUsed
const view = new JournalsView({ memoryBytes: JOURNALS_BYTES, partitions: 1, partitionOf })
let longestMs = 0
timed('.journals: take a record', journals, (index) => {
  const beganMs = performance.now()
  const value = recordOf(index)
  const madeMs = performance.now()
  view.take(0, { key: Buffer.from(journalText(identityOf(index))), value })
  longestMs = Math.max(longestMs, performance.now() - madeMs)
  return madeMs - beganMs
})
collectGarbage()
rows.push([
  '.journals: heap bytes a journal',
  ((process.memoryUsage().heapUsed - heapBefore) / view.journals).toFixed(0),
])
rows.push(['.journals: bytes a journal, as counted', (view.bytes / view.journals).toFixed(0)])
rows.push([`.journals: of ${journals.toLocaleString('en-US')} journals known`, view.journals.toLocaleString('en-US')])
rows.push(['.journals: the longest one took', `${longestMs.toFixed(1)} ms`])
view.reachedEnd(0)
for (const { confirm } of view.unchecked) confirm()
timed('.journals: look up a new number', journals, (index) =>
  view.find({ ...identityOf(index), sequenceNumber: NUMBERS + 1 }, body(index)),
)
timed('.journals: a known number with the same content', 20_000, (index) => view.find(identityOf(index), body(index)))

/** A journal of 16 numbers, the last of which is that of `identityOf`. */
function recordOf(index: number): Buffer {
  const journal = newJournal()
  for (let number = 1; number <= NUMBERS; number++) {
    const taken = {
      sequenceNumber: number,
      contentHash: hashes[index % BODIES] as string,
      rawOffset: index * NUMBERS + number * 977,
      receivedAtMs: START_MS + index * 100 + number * 60_000,
    }
    take(journal, taken, taken.receivedAtMs, false)
  }
  return journalValue(packJournal(journal))
}

console.log(`${await machineLine()}.\n`)
console.log(table(['what', 'figure'], rows))
