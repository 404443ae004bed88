import { kafkaOptions, readConfig } from '../config.ts'
import { type TailRecord, tail as tailTopic } from '../kafka/tail.ts'
import { parseFlags, UsageError } from '../tools/terminal/flags.ts'
import type { Command } from './command.ts'

const HELP = `tillgate tail: prints the records of KAFKA_TOPIC: partition, offset, key, headers, value

  --from beginning|end   where to start (default: end)
  --limit N              stop after N records
  --raw                  only the values, byte for byte, nothing between them

Exit code: 0 done, 1 failed, 2 wrong arguments or configuration.`

export const tail: Command = { help: HELP, run, failureCode: 1 }

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const { from, limit, raw } = parseFlags(args, {
    from: { type: 'string', default: 'end' },
    limit: { type: 'string' },
    raw: { type: 'boolean', default: false },
  })
  if (from !== 'beginning' && from !== 'end') throw new UsageError('--from must be beginning or end')
  if (limit !== undefined && !/^[1-9]\d{0,14}$/.test(limit)) throw new UsageError('--limit must be a number')
  let left = Number(limit ?? Number.POSITIVE_INFINITY)
  const ending = new AbortController()
  process.on('SIGINT', () => ending.abort())
  process.on('SIGTERM', () => ending.abort())
  process.stdout.on('error', () => ending.abort()) // the reader is gone
  const onRecord = (record: TailRecord) => {
    process.stdout.write(raw ? (record.value ?? '') : describe(record))
    return --left > 0
  }
  const onClientLog = () => {}
  await tailTopic({ ...kafkaOptions(readConfig(environment)), onClientLog }, { from, signal: ending.signal, onRecord })
  return 0
}

function describe({ partition, offset, key, headers, value }: TailRecord): string {
  const lines = Object.entries(headers).map(([name, text]) => `  ${name}: ${text}`)
  return `partition ${partition} offset ${offset} key ${key}\n${lines.join('\n')}\n${value}\n\n`
}
