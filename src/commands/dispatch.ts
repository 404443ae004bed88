import packageJson from '../../package.json' with { type: 'json' }
import { ConfigError } from '../config.ts'
import { plainMessage } from '../system-problem.ts'
import { InputError, UsageError } from '../tools/terminal/input-errors.ts'
import { suggestion } from '../tools/terminal/suggestion.ts'
import { visibleText } from '../tools/terminal/visible-text.ts'
import type { Command } from './command.ts'
import { variableHint } from './variable-hint.ts'

const HELP = `tillgate: point-of-sale invoice gateway for Apache Kafka

Usage: tillgate COMMAND [OPTIONS]

  tillgate serve      run the gateway; configured by environment variables alone
  tillgate dedup      copy each invoice once to KAFKA_TOPIC.unique
  tillgate tail       print the records of KAFKA_TOPIC as they come
  tillgate audit      read KAFKA_TOPIC and say whether the promise held
  tillgate upload     send journals to a gateway, as a till would
  tillgate topics     plan, create, check and grow the topic
  tillgate token      make, inspect and revoke the tokens of tills
  tillgate simulate   run many tills against a gateway, with honest latencies
  tillgate config     print every variable: type, default, meaning and value

tillgate COMMAND --help explains each command; tillgate --version says which
version this is. KAFKA_BROKERS is the one variable without a default, e.g.
KAFKA_BROKERS=127.0.0.1:9092 tillgate tail
serve needs the keys of tokens too, or AUTH=off.`

/** Each command and what it needs are loaded when it is called. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serve,
  dedup: async () => (await import('./dedup.ts')).dedup,
  tail: async () => (await import('./tail.ts')).tail,
  audit: async () => (await import('./audit.ts')).audit,
  upload: async () => (await import('./upload.ts')).upload,
  topics: async () => (await import('./topics.ts')).topics,
  token: async () => (await import('./token.ts')).token,
  simulate: async () => (await import('./simulate.ts')).simulate,
  config: async () => (await import('./config.ts')).config,
}

/** Exit code for wrong arguments, configuration or input files, of every command. */
const WRONG_INPUT = 2

/** Where help and errors go; `console` is one. */
export interface Output {
  log(text: string): void
  error(text: string): void
}

/**
 * Runs one command. Resolves with its exit code once any error is written, or with `undefined` if it runs until a
 * signal ends it. Never rejects.
 */
export async function dispatch(
  [name, ...args]: readonly string[],
  environment: NodeJS.ProcessEnv,
  output: Output,
): Promise<number | undefined> {
  const fail = (message: string, command: string) => {
    output.error(`${message}\n\ntillgate ${command}--help says what there is.`)
    return WRONG_INPUT
  }
  if (name === undefined) {
    output.error(`which command?\n\n${HELP}`)
    return WRONG_INPUT
  }
  if (name === '--version') {
    output.log(packageJson.version)
    return 0
  }
  const isHelpWanted = name === 'help' || isHelpAmong([name, ...args])
  const [wanted, subcommand] = [...(name === 'help' ? [] : [name]), ...args].filter((argument) => !isHelp(argument))
  if (wanted === undefined || wanted === 'help') {
    output.log(HELP)
    return 0
  }
  if (wanted.startsWith('-')) return fail(`${visibleText(wanted)}: options come after the command`, '')
  const load = Object.hasOwn(COMMANDS, wanted) ? COMMANDS[wanted] : undefined
  if (load === undefined)
    return fail(`no such command: ${visibleText(wanted)}${suggestion(wanted, Object.keys(COMMANDS))}`, '')
  const command = await load()
  const { subcommandHelp = {} } = command
  const known = subcommand !== undefined && Object.hasOwn(subcommandHelp, subcommand) ? subcommand : undefined
  if (isHelpWanted) {
    output.log(known === undefined ? command.help : (subcommandHelp[known] as string))
    return 0
  }
  try {
    return await command.run(args, environment)
  } catch (error) {
    if (error instanceof UsageError)
      return fail(
        `${error.message}${variableHint(command, error)}`,
        `${wanted} ${known === undefined ? '' : `${known} `}`,
      )
    if (error instanceof ConfigError) {
      output.error(`${error.message}\n\ntillgate config explains every variable.`)
      return WRONG_INPUT
    }
    output.error(plainMessage(error))
    return error instanceof InputError ? WRONG_INPUT : command.failureCode
  }
}

/** Behind `--` there are only files. */
function isHelpAmong(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end === -1 ? args : args.slice(0, end)).some(isHelp)
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h'
}
