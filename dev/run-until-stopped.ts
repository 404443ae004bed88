import { systemProblem } from '../src/system-problem.ts'
import { createProgressLines, type OnProgress } from './progress.ts'

/** A program that starts others and runs until a signal, or until one of them fails. */
export interface Run {
  readonly onProgress: OnProgress
  /** Writes a line that stays. */
  say(text: string): void
  /** Aborted when the program is stopped before it has started. */
  readonly signal: AbortSignal
  /** Adds what is stopped at the end, the last one first; `what` it is, if that may take long. */
  onStop(stop: () => unknown, what?: string): void
  /** Stops everything and ends the program with exit code 1. */
  fail(problem: string): void
}

/** A Ctrl-C comes twice: from the terminal, and again from npm, which passes it on. */
const SAME_SIGNAL_MS = 500

const PARENT_POLL_MS = 250

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * Calls `start`, writes what it resolves to, then waits for SIGINT (Ctrl-C), SIGTERM or SIGHUP and stops everything in
 * order. A signal while it stops ends the process at once, and the embedded Kafka with it. When npm started it, the end
 * of npm counts as SIGHUP, because nobody could stop what is left. Exit code: 0 stopped by a signal, 1 failed, 128 and
 * the signal's number if it came before `start` was done, or while everything was being stopped.
 */
export function runUntilStopped(start: (run: Run) => Promise<string>): void {
  const lines = createProgressLines(process.stdout)
  const starting = new AbortController()
  const parts: { stop: () => unknown; what: string | undefined }[] = []
  let hasStarted = false
  let stopping: Promise<void> | undefined
  let firstSignalMs: number | undefined

  const stop = async (exitCode: number) => {
    for (const { what, stop } of parts.reverse()) {
      if (what !== undefined) lines.onProgress(`Stopping ${what}`)
      try {
        await stop()
      } catch (error) {
        console.error(problemOf(error))
      }
    }
    lines.end()
    process.exit(exitCode)
  }
  const fail = (problem: string) => {
    if (stopping !== undefined) return
    lines.end()
    console.error(problem)
    stopping = stop(1)
  }
  const onSignal = (name: keyof typeof SIGNALS) => {
    if (stopping === undefined) {
      firstSignalMs = performance.now()
      lines.end()
      console.log('Stopping. Ctrl-C again ends everything at once.')
      if (!hasStarted) starting.abort()
      stopping = stop(hasStarted ? 0 : SIGNALS[name])
    } else if (firstSignalMs === undefined || performance.now() - firstSignalMs >= SAME_SIGNAL_MS)
      process.exit(SIGNALS[name])
  }
  for (const name of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) process.on(name, () => onSignal(name))
  const parent = process.ppid
  const watchNpm = () =>
    setInterval(() => process.ppid !== parent && stopping === undefined && onSignal('SIGHUP'), PARENT_POLL_MS)
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {}) // the terminal is gone

  const run: Run = {
    onProgress: (step, detail) => stopping === undefined && lines.onProgress(step, detail),
    say: lines.say,
    signal: starting.signal,
    onStop(stop, what) {
      if (parts.push({ stop, what }) === 1 && process.env.npm_lifecycle_event !== undefined) watchNpm()
    },
    fail,
  }
  start(run).then(
    (text) => {
      hasStarted = true
      if (stopping !== undefined) return
      lines.end()
      console.log(text)
    },
    (error) => fail(problemOf(error)),
  )
}

function problemOf(error: unknown): string {
  return systemProblem(error) ?? (error instanceof Error ? error.message : String(error))
}
