import { whyNotReady } from '../tools/gateway/readiness.ts'
import { OTHER_TOKEN, readTokenHeaders } from '../tools/gateway/token.ts'
import { assertNewReport, writeReport } from '../tools/report/report-file.ts'
import { createAnswersFile } from '../tools/simulate/answers-file.ts'
import { readMarks } from '../tools/simulate/marks.ts'
import { parseSimulateArguments, SIMULATE_OPTIONS, type SimulateArguments } from '../tools/simulate/options.ts'
import { selfTest, selfTestText } from '../tools/simulate/self-test.ts'
import { simulate as runSimulation } from '../tools/simulate/simulate.ts'
import { exitCodeOf, type Summary } from '../tools/simulate/summary.ts'
import { summaryPage } from '../tools/simulate/summary-page.ts'
import { progressText, summaryText } from '../tools/simulate/summary-text.ts'
import { columnsOf } from '../tools/terminal/columns.ts'
import { helpText } from '../tools/terminal/help.ts'
import { createStatusLine } from '../tools/terminal/status-line.ts'
import type { Command } from './command.ts'
import { assertReadable } from './readable-file.ts'

const HELP = helpText({
  name: 'tillgate simulate',
  takes: '--url URL [OPTIONS]',
  does: 'runs many tills against a gateway, with latencies that hide nothing',
  options: SIMULATE_OPTIONS,
  notes: [
    'Latency counts from the time at which an invoice should have been sent; one that was never answered counts with its age at the end. Ctrl-C: no more invoices, then the summary; Ctrl-C again: at once.',
  ],
  exitCodes:
    '0 every invoice was acknowledged, 1 some were quarantined or have no answer (self-test: measured wrong), 2 wrong arguments or files, 3 not finished, 4 refused to measure: the simulator itself was too busy.',
})

export const simulate: Command = { help: HELP, run, failureCode: 3 }

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const given = parseSimulateArguments(args)
  return given.action === 'run' ? await simulateTills(given, environment) : await runSelfTest(given.json)
}

async function simulateTills(
  given: Extract<SimulateArguments, { action: 'run' }>,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const tokenHeaders = await readTokenHeaders(given.tokenFile, environment)
  const stop = new AbortController()
  const abort = new AbortController()
  const onSignal = () => (stop.signal.aborted ? abort : stop).abort()
  if (given.marks !== undefined) await assertReadable('--marks', given.marks)
  if (given.html !== undefined) await assertNewReport(given.html)
  const answers = given.answers === undefined ? undefined : await createAnswersFile(given.answers, () => abort.abort())
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const status = createStatusLine(process.stderr)
  let isOver = false
  const reasonNow = () => whyNotReady(given.run.url, undefined, given.run.tls)
  if (process.stderr.isTTY)
    reasonNow().then((reason) => {
      if (reason === undefined || isOver) return
      status.end()
      process.stderr.write(`${reason}; the tills keep trying, Ctrl-C stops\n`)
    })
  try {
    const { summary } = await runSimulation(
      { ...given.run, tokenHeaders },
      {
        onAnswer: answers?.write,
        onProgress: (progress) =>
          status.update(progressText(progress, performance.now(), columnsOf(process.stderr, environment))),
        stop: stop.signal,
        abort: abort.signal,
      },
    )
    await answers?.close()
    const { intended, acknowledged } = summary
    const isUnclear = intended > 0 && acknowledged === 0 && !abort.signal.aborted
    const told = { ...summary, diagnosis: isUnclear ? await diagnosisOf(summary, reasonNow) : null }
    status.end()
    console.log(given.json ? JSON.stringify(told, null, 2) : summaryText(told, columnsOf(process.stdout, environment)))
    const marks = given.marks === undefined ? Promise.resolve([]) : readMarks(given.marks)
    // Also without its marks: the run cannot be had again.
    if (given.html !== undefined) await writeReport(given.html, summaryPage(told, await marks.catch(() => [])))
    await marks
    return exitCodeOf(summary)
  } finally {
    isOver = true
    status.end()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

/** Why nothing was acknowledged; `null` if that is not known. */
async function diagnosisOf(
  { statuses }: Summary,
  reasonNow: () => Promise<string | undefined>,
): Promise<string | null> {
  const refusal = ['401', '403'].find((status) => statuses[status] !== undefined)
  if (refusal !== undefined) return `the gateway answers ${refusal}: ${OTHER_TOKEN}`
  return (await reasonNow()) ?? null
}

async function runSelfTest(json: boolean): Promise<number> {
  if (process.stderr.isTTY) process.stderr.write('measuring servers whose latencies are known: half a minute\n')
  const result = await selfTest()
  console.log(json ? JSON.stringify(result, null, 2) : selfTestText(result))
  if (result.refusal !== null) return 4
  return result.fault === null ? 0 : 1
}
