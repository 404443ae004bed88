/**
 * `npm run cases [-- --json]`: sends every input of `reported/` and every receipt of `world/` to a gateway on a real
 * Kafka. Prints what each got and what it should get. Exit code 1 if one differs.
 */
import { parseArgs } from 'node:util'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { resultsText } from './results-text.ts'
import { runCases } from './run-cases.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const kafka = await startKafka({ onProgress: (line) => console.error(line) })
try {
  const results = await runCases(kafka)
  console.log(values.json ? JSON.stringify(results, null, 2) : resultsText(results))
  const isRight = [...results.reported, ...results.world].every(({ verdict }) => verdict !== 'wrong')
  process.exitCode = isRight ? 0 : 1
} finally {
  await kafka.stop()
}
