import { setTimeout as sleep } from 'node:timers/promises'
import { letHeapGrow } from './accumulator/heap-growth.ts'
import { ConfigError, memoryProblem, readConfig } from './config.ts'
import type { Config } from './config-schema.ts'
import { startGateway } from './gateway.ts'
import { closeLogger, createLogger } from './observability/logger.ts'

/** Exit codes of `tillgate serve`. */
const EXIT = { ok: 0, failed: 1, badConfig: 2 } as const

/** How long after the shutdown's own deadline the process ends whatever hangs. */
const LAST_RESORT_MS = 2_000

/**
 * Runs one gateway until SIGTERM or SIGINT, then drains it and exits with 0. A bad configuration exits with 2 and one
 * message that names every wrong variable; an address that is in use, or a bug nobody caught, exits with 1.
 */
export async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  const config = configOrExit(environment)
  letHeapGrow()
  const logger = createLogger(config.LOG_LEVEL)
  const fail = async (error: unknown) => {
    logger.fatal({ err: error }, 'failed')
    await closeLogger(logger)
    process.exit(EXIT.failed)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)

  const problem = memoryProblem(config, process.constrainedMemory())
  if (problem !== null) logger.warn(problem)
  const gateway = await startGateway(config, logger)
  const stop = async (signal: string) => {
    logger.info({ signal }, 'stopping')
    await Promise.race([gateway.stop(), sleep(config.SHUTDOWN_TIMEOUT_MS + LAST_RESORT_MS)])
    await closeLogger(logger)
    process.exit(EXIT.ok)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

function configOrExit(environment: NodeJS.ProcessEnv): Config {
  try {
    return readConfig(environment)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(EXIT.badConfig)
  }
}
