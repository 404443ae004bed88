#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { auditCommand } from './audit-command.ts'
import { ConfigError, describeConfig, kafkaOptions, readConfig } from './config.ts'
import { UsageError } from './flags.ts'
import { type TailRecord, tail } from './kafka/tail.ts'
import { serve } from './main.ts'
import { simulateCommand } from './simulate-command.ts'
import { topicsCommand } from './topics-command.ts'
import { uploadCommand } from './upload-command.ts'

const HELP = `tillgate: point-of-sale invoice gateway for Apache Kafka

  tillgate serve      run the gateway; configured by environment variables alone
  tillgate tail       print the records of KAFKA_TOPIC: partition, offset, key, headers, value
      --from beginning|end   where to start (default: end)
      --limit N              stop after N records
      --raw                  only the values, byte for byte, nothing between them
  tillgate audit      read KAFKA_TOPIC and say whether the promise held (tillgate audit --help)
  tillgate upload     send journals to a gateway, as a till would (tillgate upload --help)
  tillgate topics     plan, create, check and grow the topic (tillgate topics --help)
  tillgate simulate   many tills against a gateway, honest latencies (tillgate simulate --help)
  tillgate config     every variable: type, default, meaning, present value (secrets redacted)
  tillgate --help     this text

KAFKA_BROKERS is the one variable without a default, e.g. KAFKA_BROKERS=127.0.0.1:9092 tillgate serve`

/** Runs one command. Exit codes: 0 done, 1 failed, 2 wrong arguments or configuration; audit, topics and simulate have more. */
async function run(args: string[]): Promise<number | undefined> {
  if (args[0] === 'audit') return await auditCommand(args.slice(1), process.env)
  if (args[0] === 'upload') return await uploadCommand(args.slice(1))
  if (args[0] === 'simulate') return await simulateCommand(args.slice(1))
  if (args[0] === 'topics') return await topicsCommand(args.slice(1), process.env)
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      from: { type: 'string', default: 'end' },
      limit: { type: 'string' },
      raw: { type: 'boolean', default: false },
    },
  })
  const [command, ...rest] = positionals
  if (values.help || command === 'help') return print(HELP)
  if (rest.length > 0) throw new UsageError(`unexpected argument: ${rest[0]}`)
  switch (command) {
    case 'serve':
      await serve(process.env)
      return undefined // it ends with a signal
    case 'config':
      return print(describeConfig(process.env))
    case 'tail':
      return await runTail(values)
    default:
      throw new UsageError(command === undefined ? 'which command?' : `no such command: ${command}`)
  }
}

async function runTail(values: { from: string; limit?: string | undefined; raw: boolean }): Promise<number> {
  const { from } = values
  if (from !== 'beginning' && from !== 'end') throw new UsageError('--from must be beginning or end')
  if (values.limit !== undefined && !/^[1-9]\d{0,14}$/.test(values.limit))
    throw new UsageError('--limit must be a number')
  let left = Number(values.limit ?? Number.POSITIVE_INFINITY)
  const ending = new AbortController()
  process.on('SIGINT', () => ending.abort())
  process.on('SIGTERM', () => ending.abort())
  process.stdout.on('error', () => ending.abort()) // the reader is gone
  const onRecord = (record: TailRecord) => {
    process.stdout.write(values.raw ? (record.value ?? '') : describe(record))
    return --left > 0
  }
  const onClientLog = () => {}
  await tail({ ...kafkaOptions(readConfig(process.env)), onClientLog }, { from, signal: ending.signal, onRecord })
  return 0
}

function describe({ partition, offset, key, headers, value }: TailRecord): string {
  const lines = Object.entries(headers).map(([name, text]) => `  ${name}: ${text}`)
  return `partition ${partition} offset ${offset} key ${key}\n${lines.join('\n')}\n${value}\n\n`
}

const LEFT_OPEN_MS = 1_000

function print(text: string): number {
  console.log(text)
  return 0
}

function fail(error: unknown): number {
  const isUsage = error instanceof UsageError || String(Object(error).code).startsWith('ERR_PARSE_ARGS')
  console.error(error instanceof Error ? error.message : String(error))
  if (isUsage) console.error('\ntillgate --help says what there is.')
  return isUsage || error instanceof ConfigError ? 2 : 1
}

const exitCode = await run(process.argv.slice(2)).catch(fail)
if (exitCode !== undefined) {
  process.exitCode = exitCode
  // kafkajs leaves connections open that it was making when it was told to disconnect: they would hold the process.
  setTimeout(() => process.stdout.write('', () => process.exit()), LEFT_OPEN_MS).unref()
}
