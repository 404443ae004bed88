import { once } from 'node:events'
import { kafkaOptions, readConfig } from '../config.ts'
import { withConnectionProblems } from '../kafka/connection-problem.ts'
import { fetchRanges, type LogRecord, readTopic } from '../kafka/read-topic.ts'
import { tellFollowing } from '../tools/tail/following.ts'
import { parseTailArguments, TAIL_OPTIONS, type TailArguments, type TailFormat } from '../tools/tail/options.ts'
import { recordJson } from '../tools/tail/record-json.ts'
import { recordText } from '../tools/tail/record-text.ts'
import { recordValue } from '../tools/tail/record-value.ts'
import { tailRanges } from '../tools/tail/tail-ranges.ts'
import { helpText } from '../tools/terminal/help.ts'
import { type Command, FROM_ENVIRONMENT } from './command.ts'

const HELP = helpText({
  name: 'tillgate tail',
  takes: '[OPTIONS]',
  does: 'prints the records of KAFKA_TOPIC: partition, offset, time, key, headers, value',
  options: TAIL_OPTIONS,
  notes: ['It follows the topic until Ctrl-C, unless --exit-at-end or --limit ends it.', FROM_ENVIRONMENT],
  exitCodes: '0 done, 1 failed, 2 wrong arguments or configuration.',
})

export const tail: Command = { help: HELP, readsEnvironment: true, run, failureCode: 1 }

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const given = parseTailArguments(args)
  const session = { ...kafkaOptions(readConfig(environment)), onClientLog: () => {} }
  const ranges = tailRanges(await withConnectionProblems(session, () => fetchRanges(session, given)), given)
  const [range] = ranges
  if (range !== undefined && (given.offset ?? range.start) < range.start)
    console.error(`partition ${range.partition} begins at offset ${range.start}: earlier records were deleted`)
  tellFollowing(process.stderr, session.topic, given)

  const ending = new AbortController()
  const end = () => ending.abort()
  process.once('SIGINT', end).once('SIGTERM', end)
  process.stdout.on('error', end) // the reader is gone
  const reading = {
    onRecord: printer(given, ending),
    signal: ending.signal,
    groupPrefix: 'tillgate-tail',
    readsNewPartitions: !given.exitAtEnd && given.partition === undefined,
  }
  try {
    await withConnectionProblems(session, () => readTopic(session, ranges, reading))
  } catch (error) {
    if (!ending.signal.aborted) throw error
  }
  return 0
}

/** Prints the wanted records, no faster than the output is read. Ends the reading after the last one. */
function printer({ key, limit, format }: TailArguments, ending: AbortController) {
  const wantedKey = key === undefined ? undefined : Buffer.from(key)
  const write = FORMATS[format]
  let left = limit
  return (record: LogRecord): Promise<void> | undefined => {
    if (wantedKey !== undefined && record.key?.equals(wantedKey) !== true) return undefined
    const text = write(record)
    if (text === undefined || left === 0) return undefined
    const isFull = !process.stdout.write(text)
    if (--left === 0) ending.abort()
    if (!isFull) return undefined
    return once(process.stdout, 'drain', { signal: ending.signal }).then(
      () => {},
      () => {}, // the command is ending
    )
  }
}

const LF = Buffer.from('\n')

/** Formats that print only values print nothing for a record without one. */
const FORMATS: Record<TailFormat, (record: LogRecord) => string | Buffer | undefined> = {
  text: recordText,
  json: recordJson,
  raw: ({ value }) => (value === null ? undefined : recordValue(value, process.stdout.isTTY)),
  lines: ({ partition, offset, value }) => {
    if (value?.includes(LF))
      console.error(`the value at partition ${partition} offset ${offset} contains line feeds: it takes several lines`)
    if (value === null) return undefined
    return process.stdout.isTTY ? `${recordValue(value, true)}\n` : Buffer.concat([value, LF])
  },
}
