#!/usr/bin/env node
import type { Command } from './commands/command.ts'
import { ConfigError } from './config.ts'
import { InputError, UsageError } from './tools/terminal/flags.ts'

const HELP = `tillgate: point-of-sale invoice gateway for Apache Kafka

  tillgate serve      run the gateway; configured by environment variables alone
  tillgate tail       print the records of KAFKA_TOPIC: partition, offset, key, headers, value
  tillgate audit      read KAFKA_TOPIC and say whether the promise held
  tillgate upload     send journals to a gateway, as a till would
  tillgate topics     plan, create, check and grow the topic
  tillgate simulate   many tills against a gateway, honest latencies
  tillgate config     every variable: type, default, meaning, present value (secrets redacted)

tillgate COMMAND --help says more of each.
KAFKA_BROKERS is the one variable without a default, e.g. KAFKA_BROKERS=127.0.0.1:9092 tillgate serve`

/** Each command and what it needs are loaded when it is called. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  tail: async () => (await import('./commands/tail.ts')).tail,
  audit: async () => (await import('./commands/audit.ts')).audit,
  upload: async () => (await import('./commands/upload.ts')).upload,
  topics: async () => (await import('./commands/topics.ts')).topics,
  simulate: async () => (await import('./commands/simulate.ts')).simulate,
  config: async () => (await import('./commands/config.ts')).config,
}

/** Exit code for wrong arguments, configuration or input files, of every command. */
const WRONG_INPUT = 2

/** kafkajs leaves connections open that it was making when it was told to disconnect: they would hold the process. */
const LEFT_OPEN_MS = 1_000

/** Runs one command and resolves with its exit code, after writing what went wrong. */
async function run([name, ...args]: readonly string[]): Promise<number | undefined> {
  if (name === undefined) return fail('which command?', '')
  const [topic] = args
  if (name === 'help' || isHelp(name)) return await help(name === 'help' ? topic : undefined)
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined) return fail(`no such command: ${name}`, '')
  if (args.some(isHelp)) return await help(name)
  const command = await load()
  try {
    return await command.run(args, process.env)
  } catch (error) {
    if (error instanceof UsageError) return fail(error.message, `${name} `)
    console.error(error instanceof Error ? error.message : String(error))
    return error instanceof ConfigError || error instanceof InputError ? WRONG_INPUT : command.failureCode
  }
}

async function help(name: string | undefined): Promise<number> {
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  console.log(load === undefined ? HELP : (await load()).help)
  return 0
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h'
}

function fail(message: string, command: string): number {
  console.error(`${message}\n\ntillgate ${command}--help says what there is.`)
  return WRONG_INPUT
}

const exitCode = await run(process.argv.slice(2))
if (exitCode !== undefined) {
  process.exitCode = exitCode
  setTimeout(() => process.stdout.write('', () => process.exit()), LEFT_OPEN_MS).unref()
}
