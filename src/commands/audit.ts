import { createReadStream } from 'node:fs'
import { kafkaOptions, readConfig } from '../config.ts'
import { withConnectionProblems } from '../kafka/connection-problem.ts'
import { fetchRanges, type ReadSession, readTopic } from '../kafka/read-topic.ts'
import { AUDIT_OPTIONS, parseAuditArguments } from '../tools/audit/options.ts'
import { type Verdict, withFindingsOnly } from '../tools/audit/report.ts'
import { reportAsPage } from '../tools/audit/report-page.ts'
import { reportText } from '../tools/audit/report-text.ts'
import { runAudit, type StageReading } from '../tools/audit/run-audit.ts'
import { MOST_RAW_RECORDS } from '../tools/audit/stage-audit.ts'
import { assertNewReport, writeReport } from '../tools/report/report-file.ts'
import { count } from '../tools/terminal/count.ts'
import { helpText } from '../tools/terminal/help.ts'
import { UsageError } from '../tools/terminal/input-errors.ts'
import { createProgressBar } from '../tools/terminal/progress-bar.ts'
import { type Command, FROM_ENVIRONMENT } from './command.ts'
import { assertReadable } from './readable-file.ts'
import { stageReading } from './stage-reading.ts'

const HELP = helpText({
  name: 'tillgate audit',
  takes: '[OPTIONS]',
  does: 'reads KAFKA_TOPIC, and .unique and .conflicts if they are there, and says whether the promise held',
  options: AUDIT_OPTIONS,
  notes: [FROM_ENVIRONMENT],
  exitCodes:
    '0 the promise held, 1 it is broken, 2 wrong arguments, configuration or files, 3 not finished, or not everything could be judged, 4 nothing was audited: no invoice was read, no receipt judged.',
})

const EXIT_CODES: Record<Verdict, number> = { held: 0, broken: 1, incomplete: 3, nothing: 4 }

export const audit: Command = { help: HELP, readsEnvironment: true, run, failureCode: 3 }

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const given = parseAuditArguments(args)
  const session = { ...kafkaOptions(readConfig(environment)), onClientLog: () => {} }
  const { answers } = given
  if (answers !== undefined) await assertReadable('--answers', answers)
  const all = await withConnectionProblems(session, () => fetchRanges(session, given))
  const isWanted = (partition: number) => given.partitions?.includes(partition) ?? true
  const ranges = all.map((range) => (isWanted(range.partition) ? range : { ...range, from: range.end, to: range.end }))
  const missing = given.partitions?.find((wanted) => all.every(({ partition }) => partition !== wanted))
  if (missing !== undefined)
    throw new UsageError(`--partitions: the topic has no partition ${missing}, only 0 to ${all.length - 1}`)

  if (given.html !== undefined) await assertNewReport(given.html)
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const bar = createProgressBar(process.stderr, 'records')
  try {
    const rawRecords = ranges.reduce((sum, { from, to }) => sum + to - from, 0)
    const stage = given.unique === 'no' ? undefined : await stageFor(given.unique, rawRecords, session, stopping.signal)
    const report = await runAudit({
      ...given,
      ranges,
      stage,
      openAnswers: answers === undefined ? undefined : () => createReadStream(answers),
      read: ({ number, ranges, onRecord, onDeleted }) => {
        const total = ranges.reduce((sum, { from, to }) => sum + to - from, 0)
        const onProgress = (done: number) => bar.update(`pass ${number}`, done, total)
        const reading = { onRecord, onDeleted, onProgress, signal: stopping.signal }
        return withConnectionProblems(session, () => readTopic(session, ranges, reading))
      },
    })
    bar.end()
    const shown = given.all ? report : withFindingsOnly(report)
    console.log(given.json ? JSON.stringify({ topic: session.topic, ...shown }, null, 2) : reportText(shown))
    if (given.html !== undefined) await writeReport(given.html, reportAsPage(session.topic, report))
    return EXIT_CODES[report.verdict]
  } finally {
    bar.end()
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

/** How to read `.unique` and `.conflicts`; undefined where they are not to be judged. */
async function stageFor(
  wish: 'required' | 'ifThere',
  rawRecords: number,
  session: ReadSession,
  signal: AbortSignal,
): Promise<StageReading | undefined> {
  const isRequired = wish === 'required'
  const stage = await stageReading(session, { isRequired, signal })
  if (stage === undefined || rawRecords <= MOST_RAW_RECORDS) return stage
  const most = `at most ${count(MOST_RAW_RECORDS)} records at once: use --partitions or --from-time`
  if (isRequired) throw new UsageError(`--unique: there are ${count(rawRecords)} records, but ${most}`)
  console.error(`${session.topic}.unique is not judged: ${most}`)
  return undefined
}
