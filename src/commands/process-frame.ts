import type { Logger } from 'pino'
import { closeLogger } from '../observability/logger.ts'
import { within } from '../waiting.ts'
import { type ListenAddresses, listenProblem } from './listen-problem.ts'

/** How a program that runs until a signal ends begins and ends. */
export interface ProcessFrame {
  /** Ends the process, once its log is written. */
  end(exitCode: number): Promise<void>
  /** Logs what nobody has expected, and ends the process with exit code 1. */
  fail(error: unknown): void
  /** Resolves as `starting` does. If a port cannot be opened, it rejects with which variable to set. */
  started<T>(starting: Promise<T>, addresses: ListenAddresses): Promise<T>
  /**
   * At SIGTERM and SIGINT: ends the process with the code that `stop` resolves with; `timeoutMs` and two seconds later
   * with `lateCode`, even if something hangs.
   */
  stopOnSignals(stop: () => Promise<number>, late: { readonly timeoutMs: number; readonly lateCode: number }): void
}

const FAILED = 1
/** How long after the shutdown deadline the process ends, even if something hangs. */
const LAST_RESORT_MS = 2_000

/** From now on an error that nobody has caught ends the process. */
export function frameProcess(logger: Logger): ProcessFrame {
  const end = async (exitCode: number) => {
    await closeLogger(logger)
    process.exit(exitCode)
  }
  const fail = (error: unknown) => {
    logger.fatal({ err: error }, 'failed')
    void end(FAILED)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  return {
    end,
    fail,
    started: (starting, addresses) =>
      starting.catch(async (error: unknown) => {
        await closeLogger(logger)
        const problem = listenProblem(error, addresses)
        throw problem === undefined ? error : new Error(problem, { cause: error })
      }),
    stopOnSignals: (stop, { timeoutMs, lateCode }) => {
      const onSignal = async (signal: string) => {
        logger.info({ signal }, 'stopping')
        const exitCode = await within(timeoutMs + LAST_RESORT_MS, stop())
        await end(typeof exitCode === 'number' ? exitCode : lateCode)
      }
      process.on('SIGTERM', onSignal)
      process.on('SIGINT', onSignal)
    },
  }
}
