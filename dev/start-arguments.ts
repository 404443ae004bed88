import { join } from 'node:path'
import { text, wholeNumber } from '../src/tools/terminal/forms.ts'
import { UsageError } from '../src/tools/terminal/input-errors.ts'
import { type Options, parseOptions } from '../src/tools/terminal/options.ts'
import { KAFKA_FOLDER } from './kafka/folders.ts'

export const START_HELP = `npm start: Kafka, a topic and a gateway on this machine, to try Tillgate

  npm start                        starts them; Ctrl-C stops them, and what was posted is kept for the next start
  npm start -- --fresh             deletes first what earlier starts kept
  npm start -- --data FOLDER       where it is kept (default: .kafka/start)
  npm start -- --kafka-port N      Kafka's port (default: 9092, or any that is free if 9092 is taken)
  npm start -- --help              prints this

  PORT=8081 npm start              the gateway's port (default: 8080)
  HOST=0.0.0.0 npm start           other machines reach the gateway, too (default: this one alone)
  AUTH_JWKS_FILE=FILE npm start    tills need tokens (default: AUTH=off)
  LOG_LEVEL=info npm start         shows the gateway's log (default: warn)
  KAFKA_BROKERS=HOST:PORT npm start
                                   uses that Kafka and starts none
The gateway's other variables apply, too: npx tillgate config prints them.`

/** What `npm start` was asked for. */
export interface StartArguments {
  readonly fresh: boolean
  /** A folder; undefined for the usual one. */
  readonly data: string | undefined
  readonly kafkaPort: number | undefined
}

/** The usual place of what `npm start` keeps. */
export const START_FOLDER = join(KAFKA_FOLDER, 'start')

const START_OPTIONS = {
  fresh: { help: 'deletes first what earlier starts kept' },
  data: { value: 'FOLDER', form: text('a folder'), help: 'where it is kept' },
  'kafka-port': { value: 'N', form: wholeNumber(1_024, 65_535), help: 'Kafka’s port' },
} as const satisfies Options

/** Whether an argument asks for help. */
export function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h'
}

/** Reads the arguments of `npm start`; undefined if it was asked for help. Throws `UsageError`. */
export function parseStartArguments(args: readonly string[], env: NodeJS.ProcessEnv): StartArguments | undefined {
  if (args.some(isHelp)) return undefined
  for (const name of Object.keys(START_OPTIONS)) refuseSwallowed(name, env)
  const { fresh, data, 'kafka-port': kafkaPort } = parseOptions(args, START_OPTIONS)
  const named = env.KAFKA_BROKERS?.trim()
  const embeddedOnly = Object.entries({ fresh, data, 'kafka-port': kafkaPort }).find(([, value]) => value)
  if (named && embeddedOnly)
    throw new UsageError(`--${embeddedOnly[0]} is for the Kafka that npm start brings: unset KAFKA_BROKERS (${named})`)
  return { fresh, data, kafkaPort }
}

/** Without `--`, npm takes an option for its own and only leaves a variable. */
function refuseSwallowed(name: string, env: NodeJS.ProcessEnv): void {
  if (env[`npm_config_${name.replaceAll('-', '_')}`] === undefined) return
  throw new UsageError(`npm took --${name} for its own: put two dashes before it, npm start -- --${name}`)
}
