import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import type { Gateway } from '../../src/gateway.ts'
import { assign } from '../docs/assignment.ts'
import { type DocumentedCommand, documentedCommands } from '../docs/documented-commands.ts'
import { KAFKA_SESSIONS, type Session, type Step } from '../docs/kafka-sessions.ts'
import { type Pasted, paste, pathWithTillgate, writeJournals } from '../docs/reader.ts'
import { RUNNERS } from '../docs/runners.ts'
import { readinessAt } from '../harness/cli-process.ts'
import { invoiceBody, send } from '../harness/exchange.ts'
import { startTestGateway } from '../harness/run.ts'

/** The number that the README's `serve` names. */
const PARTITIONS = 12

const { steps } = assign(documentedCommands(), KAFKA_SESSIONS, RUNNERS)
/** Instead of the documents' times, which may be after this machine's. */
const startedAt = new Date().toISOString()
let kafka: KafkaCluster
let parent: string
let path: string

before(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tillgate-docs-'))
  path = await pathWithTillgate(parent)
  kafka = await startKafka({ brokers: 3 })
})

after(async () => {
  await kafka?.stop()
  await rm(parent, { recursive: true, force: true })
})

/** A folder, a topic and a gateway, and the lines of a document in its words. */
async function prepare(t: TestContext, { document, heading, prepared, shortened = [] }: Session) {
  const folder = await mkdtemp(join(parent, 'reader-'))
  const topic = `docs-${KAFKA_SESSIONS.findIndex((each) => each.document === document && each.heading === heading)}`
  const brokers = kafka.bootstrap.join()
  const isCreated = !document.endsWith('topics.md')
  if (isCreated) await kafka.createTopic({ topic, partitions: PARTITIONS })
  const gateway: Gateway | undefined = isCreated
    ? await startTestGateway(kafka.bootstrap, topic, { KAFKA_PARTITIONS: String(PARTITIONS) })
    : undefined
  t.after(() => gateway?.stop())
  await gateway?.ready
  const url = gateway?.url ?? ''
  const [port, adminPort] = (await freePorts(2)) as [number, number]

  const real = (line: string) =>
    [
      ...shortened,
      [/127\.0\.0\.1:9092|broker-1:9092,broker-2:9092/, brokers],
      [/KAFKA_TOPIC=pos\.invoices/, `KAFKA_TOPIC=${topic}`],
      [/http:\/\/(?:127\.0\.0\.1|gateway):8080/, url],
      [/--from-time \S+/, `--from-time ${startedAt}`],
      [/tillgate upload (?!--url)/, `tillgate upload --url ${url} `],
    ].reduce((text, [from, to]) => text.replace(from as RegExp, to as string), line)
  const env = {
    ...{ PATH: path, KAFKA_TOPIC: topic },
    // The lines of the README have to name the brokers themselves; in the other documents a first line may do it.
    ...(document === 'README.md' ? {} : { KAFKA_BROKERS: brokers }),
    ...{ HOST: '127.0.0.1', PORT: String(port), ADMIN_PORT: String(adminPort), DRAIN_DELAY_MS: '0' },
  }
  const run = (line: string) => {
    const pasted = paste(real(line), folder, env)
    t.after(() => pasted.signal('SIGKILL'))
    return pasted
  }
  if (prepared !== undefined) await writeJournals(folder)
  if (prepared === 'one invoice') assert.equal((await send(url, invoiceBody('S1', 1))).status, 201)
  if (prepared === 'audited uploads') {
    const upload = run('npx tillgate upload --answers answers.ndjson till-7.ndjson till-8.ndjson')
    assert.equal(await upload.exited, 0, upload.output())
    const answers = await readFile(join(folder, 'answers.ndjson'), 'utf8')
    const [first = ''] = answers.split('\n')
    const { partition, offset, sequenceNumber, ...others } = JSON.parse(first)
    await writeFile(join(folder, 'broken.ndjson'), `${answers}${JSON.stringify({ ...others, sequenceNumber: 999 })}\n`)
  }
  return { url, gatewayOf: readinessAt(`http://127.0.0.1:${adminPort}`), run }
}

/** Posts until the line said it: one that begins at the end of the topic may miss the first ones. */
async function postUntilSaid(url: string, line: Pasted, pattern: RegExp): Promise<void> {
  let number = 0
  let isSaid = false
  const saying = line.said(pattern).finally(() => {
    isSaid = true
  })
  while (!isSaid) {
    assert.equal((await send(url, invoiceBody('S1', ++number))).status, 201)
    await sleep(100)
  }
  await saying
}

async function follow(
  step: Step,
  command: DocumentedCommand,
  { url, gatewayOf, run }: Awaited<ReturnType<typeof prepare>>,
) {
  const where = `${command.document}:${command.line}: ${command.text}`
  const line = run(command.text)
  if (step.endedBy !== undefined) {
    await (step.follows ? postUntilSaid(url, line, step.says) : line.said(step.says))
    if (step.endedBy === 'SIGTERM') await gatewayOf.untilReady()
    line.signal(step.endedBy)
  }
  assert.equal(await line.exited, step.exitCode ?? 0, `${where}\n${line.output()}`)
  assert.match(line.output(), step.says, where)
  if (command.output.length === 0 || step.showsProgress) return
  assert.match(unwrapped(command.output), step.says, `what the document shows below ${where}`)
}

/** The document shows a terminal of 80 columns. */
const unwrapped = (lines: readonly string[]) => lines.map((line) => (line.length >= 79 ? line : `${line}\n`)).join('')

suite('the commands of the documents that need Kafka, as a reader would paste them', () => {
  for (const session of KAFKA_SESSIONS)
    test(`${session.document}: ${session.heading}`, async (t) => {
      const reader = await prepare(t, session)
      for (const step of session.steps) {
        const command = steps.get(step)
        assert.ok(command, `no command begins with ${step.command}`)
        await follow(step, command, reader)
      }
    })
})
