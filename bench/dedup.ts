/**
 * `npm run bench:dedup -- [--records 100000] [--seconds 60] [--journals 400000]`: what a record costs `tillgate dedup`,
 * how long after it is sent a reader has it from `.unique`, and what the state of many journals takes. One broker, one
 * partition, invoices of 2.6 KB with a gateway's headers, each the first of its number. 0 leaves a part out.
 */
import { parseArgs } from 'node:util'
import { startKafka } from '../dev/kafka/cluster.ts'
import { measureLag } from './dedup-lag.ts'
import { measureRestore } from './dedup-restore.ts'
import { measureThroughput } from './dedup-throughput.ts'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '60' },
    journals: { type: 'string', default: '400000' },
  },
})
const [records, seconds, journals] = [values.records, values.seconds, values.journals].map(Number) as [
  number,
  number,
  number,
]

const kafka = await startKafka()
try {
  if (records > 0) console.log('throughput', await measureThroughput(kafka, records))
  if (seconds > 0) console.log('lag', await measureLag(kafka, seconds))
  if (journals > 0) console.log('restore', await measureRestore(kafka, journals))
} finally {
  await kafka.stop()
}
