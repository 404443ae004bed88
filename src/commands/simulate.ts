import { createAnswersFile } from '../tools/simulate/answers-file.ts'
import { parseSimulateArguments, type SimulateArguments } from '../tools/simulate/options.ts'
import { selfTest, selfTestText } from '../tools/simulate/self-test.ts'
import { simulate as runSimulation } from '../tools/simulate/simulate.ts'
import { exitCodeOf } from '../tools/simulate/summary.ts'
import { progressText, summaryText } from '../tools/simulate/summary-text.ts'
import { columnsOf } from '../tools/terminal/columns.ts'
import { createStatusLine } from '../tools/terminal/status-line.ts'
import type { Command } from './command.ts'

const HELP = `tillgate simulate: many tills against a gateway, with latencies that hide nothing

  --url URL                   the gateway or its load balancer
  --tills N, --stores N       tills (1000), and the stores that they are spread over (a quarter as many)
  --rate R                    invoices a second, on average (100)
  --seconds N                 how long (60, or one day of the curve)
  --curve flat|day            the same rate all the time, or a supermarket's day from midnight on (flat)
  --day-seconds N             how long a day takes (86400)
  --burst FxS/P               F times the rate for S seconds of every P, e.g. 5x10/60; the mean stays
  --connections N             kept alive and shared by all tills (256)
  --answer-timeout-seconds N  a till that has no answer by then sends again (40)
  --drain-seconds N           how long to wait at the end for definite answers (60)
  --seed N                    the same seed gives the same arrivals and baskets (1)
  --answers FILE              a new file with what every till was told, for tillgate audit --answers
  --json                      the summary as JSON, with the figures of each second
  --self-test                 measures servers whose latencies are known, and says whether it was right

Latency counts from the time at which an invoice should have been sent; one that was never answered counts with its age
at the end. Ctrl-C: no more invoices, then the summary; Ctrl-C again: at once.
Exit code: 0 every invoice was acknowledged, 1 some were quarantined or have no answer (self-test: measured wrong),
2 wrong arguments, 3 not finished, 4 refused to measure: the simulator itself was too busy.`

export const simulate: Command = { help: HELP, run, failureCode: 3 }

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const given = parseSimulateArguments(args)
  return given.action === 'run' ? await simulateTills(given, environment) : await runSelfTest(given.json)
}

async function simulateTills(
  given: Extract<SimulateArguments, { action: 'run' }>,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const stop = new AbortController()
  const abort = new AbortController()
  const onSignal = () => (stop.signal.aborted ? abort : stop).abort()
  const answers = given.answers === undefined ? undefined : await createAnswersFile(given.answers, () => abort.abort())
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const status = createStatusLine(process.stderr)
  try {
    const { summary } = await runSimulation(given.run, {
      onAnswer: answers?.write,
      onProgress: (progress) =>
        status.update(progressText(progress, performance.now(), columnsOf(process.stderr, environment))),
      stop: stop.signal,
      abort: abort.signal,
    })
    await answers?.close()
    status.end()
    console.log(
      given.json ? JSON.stringify(summary, null, 2) : summaryText(summary, columnsOf(process.stdout, environment)),
    )
    return exitCodeOf(summary)
  } finally {
    status.end()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

async function runSelfTest(json: boolean): Promise<number> {
  const result = await selfTest()
  console.log(json ? JSON.stringify(result, null, 2) : selfTestText(result))
  if (result.refusal !== null) return 4
  return result.fault === null ? 0 : 1
}
