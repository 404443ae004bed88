import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTool } from '../../../dev/kafka/tools.ts'
import { stageTopics } from '../../../src/kafka/partition-owner.ts'
import { spawnCli } from '../../harness/cli-process.ts'
import { judgeStage, type StageResult } from '../../harness/dedup.ts'
import { recordsOf } from '../../harness/read-topic.ts'
import { isAcknowledged } from '../../harness/till.ts'
import { answerLinesOf, type Sent } from './tills.ts'

/** What was judged. */
export interface Judged {
  readonly bootstrap: string[]
  readonly topic: string
  readonly partitions: number
  readonly sent: readonly Sent[]
}

/** Asks every oracle. Resolves with what the topics hold, and with what is wrong. */
export async function askOracles(judged: Judged): Promise<{ counts: Partial<StageResult>; findings: string[] }> {
  const { bootstrap, topic } = judged
  const findings: string[] = []
  const ask = <T>(name: string, oracle: Promise<T>) =>
    oracle.catch((error: Error) => {
      findings.push(`${name}: ${error.message.slice(0, 600)}`)
      return undefined
    })
  const counts = await ask('the rule', judgeStage(bootstrap, topic))
  await Promise.all([
    ask('receipts', everyReceiptIsInUnique(judged)),
    ask('audit', auditHolds(judged)),
    ...(['unique', 'conflicts'] as const).map((name) =>
      ask(`console consumer, .${name}`, consoleConsumerAgrees(bootstrap, stageTopics(topic)[name])),
    ),
  ])
  return { counts: counts ?? {}, findings }
}

/** Every invoice that was acknowledged is in `.unique`, once. */
async function everyReceiptIsInUnique({ bootstrap, topic, sent }: Judged): Promise<void> {
  const times = new Map<string, number>()
  for (const { headers } of await recordsOf(bootstrap, stageTopics(topic).unique)) {
    const identity = `${headers.ce_source} ${headers.ce_id}`
    times.set(identity, (times.get(identity) ?? 0) + 1)
  }
  const acknowledged = new Set(
    sent
      .filter(isAcknowledged)
      .map((one) => `/stores/${one.storeId}/terminals/${one.terminalId}/journals/${topic} ${one.sequenceNumber}`),
  )
  const wrong = [...acknowledged].filter((identity) => times.get(identity) !== 1)
  if (wrong.length > 0)
    throw new Error(`${wrong.length} acknowledged invoices are not there once: ${wrong.slice(0, 3)}`)
  if (acknowledged.size === 0) throw new Error('nothing was acknowledged')
}

/** `tillgate audit` has nothing to say against it, knowing every answer. */
async function auditHolds({ bootstrap, topic, partitions, sent }: Judged): Promise<void> {
  const answers = join(tmpdir(), `tillgate-${process.pid}-${topic}.ndjson`)
  await writeFile(answers, [...answerLinesOf(sent)].map((line) => `${JSON.stringify(line)}\n`).join(''))
  const environment = {
    KAFKA_BROKERS: bootstrap.join(','),
    KAFKA_TOPIC: topic,
    KAFKA_PARTITIONS: String(partitions),
  }
  const audit = spawnCli(['audit', '--unique', '--answers', answers], environment)
  try {
    const { code } = await audit.exited
    if (code !== 0) throw new Error(`exit code ${code}: ${audit.output()}`)
  } finally {
    await audit.end()
    await rm(answers, { force: true })
  }
}

/** The tool ends when nothing has come for so long; a busy machine gets more the second time. */
const QUIET_MS = [3_000, 20_000] as const

/** Apache's own reader of committed records gets the same records as ours: none more, none fewer. */
async function consoleConsumerAgrees(bootstrap: string[], topic: string): Promise<void> {
  const ours = (await recordsOf(bootstrap, topic)).map(({ partition, offset }) => `${partition}/${offset}`).sort()
  let theirs: string[] = []
  for (const quietMs of QUIET_MS) {
    const printed = await runTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...['--bootstrap-server', bootstrap.join(','), '--topic', topic, '--from-beginning'],
      ...['--isolation-level', 'read_committed', '--timeout-ms', String(quietMs)],
      ...['partition=true', 'offset=true', 'value=false'].flatMap((shown) => [
        '--formatter-property',
        `print.${shown}`,
      ]),
    ])
    theirs = [...printed.matchAll(/^Partition:(\d+)\tOffset:(\d+)$/gm)].map(([, part, at]) => `${part}/${at}`).sort()
    if (theirs.length >= ours.length) break
  }
  const differing = ours.length !== theirs.length || ours.some((place, index) => place !== theirs[index])
  if (differing) throw new Error(`it read ${theirs.length} records, we ${ours.length}`)
}
