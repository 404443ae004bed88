import { readGatewayConfig } from '../config.ts'
import { memoryProblem } from '../config-memory.ts'
import { startGateway } from '../gateway.ts'
import { tuneHeap } from '../heap.ts'
import { createLogger } from '../observability/logger.ts'
import { helpText } from '../tools/terminal/help.ts'
import { parseOptions } from '../tools/terminal/options.ts'
import type { Command } from './command.ts'
import { frameProcess } from './process-frame.ts'

/** Exit codes of `tillgate serve`. */
const EXIT = { ok: 0, failed: 1, notDrained: 3 } as const

const HELP = helpText({
  name: 'tillgate serve',
  takes: '',
  does: 'runs the gateway until SIGTERM or SIGINT, then drains it',
  options: {},
  notes: [
    'It is configured by environment variables alone, which tillgate config lists. KAFKA_BROKERS is required, and AUTH_JWKS_FILE or AUTH_JWKS_URL, or else AUTH=off, e.g.\nAUTH_JWKS_FILE=jwks.json KAFKA_BROKERS=127.0.0.1:9092 tillgate serve',
  ],
  exitCodes:
    '0 drained, 1 failed (the address is in use, or a bug), 2 wrong arguments or configuration, 3 stopped by SHUTDOWN_TIMEOUT_MS with invoices in flight: their tills were told to send them again.',
})

export const serve: Command = { help: HELP, readsEnvironment: true, run, failureCode: EXIT.failed }

/**
 * Runs one gateway until SIGTERM or SIGINT, then drains it and exits with 0, or with 3 if some outcomes were not known in
 * time. A bad configuration throws `ConfigError` with one message that names every wrong variable; an address that is in
 * use, or a bug nobody caught, exits with 1.
 */
async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<undefined> {
  parseOptions(args, {})
  const config = readGatewayConfig(environment)
  tuneHeap()
  const logger = createLogger(config.LOG_LEVEL)
  const frame = frameProcess(logger)
  const problem = memoryProblem(config, process.constrainedMemory())
  if (problem !== null) logger.warn(problem)
  const gateway = await frame.started(startGateway(config, logger), config)
  const stop = async () => ((await gateway.stop()) ? EXIT.ok : EXIT.notDrained)
  frame.stopOnSignals(stop, { timeoutMs: config.SHUTDOWN_TIMEOUT_MS, lateCode: EXIT.notDrained })
}
