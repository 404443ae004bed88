import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { AnswersError } from './audit/answers.ts'
import { type AuditArguments, AuditUsageError, parseAuditArguments } from './audit/options.ts'
import { withFindingsOnly } from './audit/report.ts'
import { reportText } from './audit/report-text.ts'
import { runAudit } from './audit/run-audit.ts'
import { ConfigError, kafkaOptions, readConfig } from './config.ts'
import { fetchRanges, readTopic } from './kafka/read-topic.ts'
import { createProgressBar } from './terminal/progress-bar.ts'

const HELP = `tillgate audit: reads KAFKA_TOPIC and says whether the promise held

  --from-time TIME     only records from this time on (RFC 3339; the time in the log)
  --to-time TIME       only records before this time
  --partitions LIST    only these partitions, e.g. 0,3,8-11
  --answers FILE       what the tills were told (NDJSON, see docs/audit.md): finds what is lost, altered, too many
  --verify             parse every value and compare its identity with the headers
  --strict             duplicates, missing numbers and foreign records break the promise too
  --all                every journal, not only those with findings
  --json               the report as JSON

Exit code: 0 the promise held, 1 it is broken, 2 wrong arguments, configuration or answers file, 3 not finished.`

/** Runs `tillgate audit` and resolves with its exit code, after writing the report, or what went wrong. */
export async function auditCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  try {
    const given = parseAuditArguments(args)
    if (!given.help) return await audit(given, environment)
    console.log(HELP)
    return 0
  } catch (error) {
    console.error((error as Error).message)
    if (error instanceof AuditUsageError) console.error('\ntillgate audit --help says what there is.')
    const isWrong = [AuditUsageError, AnswersError, ConfigError].some((wrong) => error instanceof wrong)
    return isWrong ? 2 : 3
  }
}

async function audit(given: AuditArguments, environment: NodeJS.ProcessEnv): Promise<number> {
  const session = { ...kafkaOptions(readConfig(environment)), onClientLog: () => {} }
  const { answers, verify, strict } = given
  if (answers !== undefined) await readable(answers)
  const all = await fetchRanges(session, given)
  const isWanted = (partition: number) => given.partitions?.includes(partition) ?? true
  const ranges = all.map((range) => (isWanted(range.partition) ? range : { ...range, from: range.end, to: range.end }))
  const missing = given.partitions?.find((wanted) => all.every(({ partition }) => partition !== wanted))
  if (missing !== undefined) throw new AuditUsageError(`the topic has no partition ${missing}`)

  const total = ranges.reduce((sum, { from, to }) => sum + to - from, 0)
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const bar = createProgressBar(process.stderr, 'records')
  try {
    const report = await runAudit({
      ranges,
      verify,
      strict,
      openAnswers: answers === undefined ? undefined : () => createReadStream(answers),
      read: (onRecord, pass) => {
        const onProgress = (done: number) => bar.update(`pass ${pass}`, done, total)
        return readTopic(session, ranges, { onRecord, onProgress, signal: stopping.signal })
      },
    })
    bar.end()
    const shown = given.all ? report : withFindingsOnly(report)
    console.log(given.json ? JSON.stringify({ topic: session.topic, ...shown }, null, 2) : reportText(shown))
    return report.held ? 0 : 1
  } finally {
    bar.end()
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

async function readable(file: string): Promise<void> {
  try {
    await access(file)
  } catch (error) {
    throw new AuditUsageError(`--answers: ${(error as Error).message}`)
  }
}
