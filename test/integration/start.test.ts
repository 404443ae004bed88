import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually } from '../../dev/kafka/eventually.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { listenOn, tryToListen } from '../../dev/listen-on.ts'
import sale from '../../openapi/examples/sale.json' with { type: 'json' }

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DEADLINE_MS = 120_000
const READY = 'Tillgate is ready at'

let parent: string
before(async () => {
  parent = await mkdtemp(join(tmpdir(), 'npm-start-'))
})
after(() => rm(parent, { recursive: true, force: true }))

/** A command in a process group of its own, as a shell gives it, and what it wrote. */
interface Started {
  readonly child: ChildProcess
  readonly exited: Promise<number | null>
  output(): string
  wrote(text: string): Promise<void>
  /** To every process of the group, as Ctrl-C in a terminal. */
  signalGroup(name: NodeJS.Signals): void
}

function run(t: TestContext, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(command, args, {
    ...{ cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...process.env, npm_config_update_notifier: 'false', ...env },
  })
  let written = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text) => {
      written += text
    })
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve))
  const signalGroup = (name: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid as number), name)
  }
  t.after(() => signalGroup('SIGKILL'))
  const wrote = async (text: string) => {
    await eventually(`it writes ${text}`, DEADLINE_MS, 20, async () => {
      if (written.includes(text)) return true
      return child.exitCode === null && child.signalCode === null ? undefined : 'ended'
    })
    assert.ok(written.includes(text), written)
  }
  return { child, exited, output: () => written, wrote, signalGroup }
}

/** A folder and ports that no other run has. */
async function place() {
  const [port, kafkaPort] = (await freePorts(2)) as [number, number]
  const data = await mkdtemp(join(parent, 'data-'))
  const npmStart = (t: TestContext, ...more: string[]) =>
    run(t, 'npm', ['start', '--', '--data', data, '--kafka-port', String(kafkaPort), ...more], { PORT: String(port) })
  /** Rejects if one of its servers still listens. */
  const isVacant = async () => {
    for (const each of [port, kafkaPort]) await tryToListen('127.0.0.1', each)
  }
  return { port, kafkaPort, data, npmStart, isVacant }
}

/** The lines to paste: those that are indented, except for progress. */
function toPaste(output: string): { cd: string; curl: string; tail: string } {
  const lines = output.split('\n').map((line) => line.trim())
  const line = (pattern: RegExp) => lines.find((text) => pattern.test(text)) ?? assert.fail(`${pattern}: ${output}`)
  return { cd: line(/^cd /), curl: line(/^curl /), tail: line(/npx tillgate tail/) }
}

const paste = (t: TestContext, ...lines: string[]) => run(t, 'sh', ['-c', lines.join('\n')])

/** What a first look would take for trouble. A line of the gateway's log is JSON. */
const TROUBLE = /^\{|warn|error|exception/im

test('what was posted is there after Ctrl-C, after kill -9 and after SIGTERM, and gone after --fresh', async (t) => {
  const { data, kafkaPort, npmStart, isVacant } = await place()
  const first = npmStart(t)
  await first.wrote('deletes them.')
  assert.match(
    first.output(),
    new RegExp(`Kafka is at 127\\.0\\.0\\.1:${kafkaPort}, and its topic pos\\.invoices is empty`),
  )
  assert.match(first.output(), /^AUTH=off: whoever reaches it may write .* Only this machine reaches it\.$/m)
  const { cd, curl, tail } = toPaste(first.output())
  const posted = paste(t, `cd /; ${cd}`, curl)
  assert.equal(await posted.exited, 0, posted.output())
  assert.match(posted.output(), /^HTTP\/1\.1 201 Created/m)

  const beside = npmStart(t)
  assert.equal(await beside.exited, 1)
  assert.match(beside.output(), /^npm start runs here already: .* is in use by process \d+/m)

  first.signalGroup('SIGINT')
  await first.exited
  assert.match(first.output(), /^Stopping\. Ctrl-C again ends everything at once\.$/m)
  assert.doesNotMatch(first.output(), TROUBLE)
  await isVacant()

  const second = npmStart(t)
  await second.wrote(READY)
  await second.wrote('its topic pos.invoices has 1 invoice already.')
  const reader = paste(t, `cd /; ${cd}`, tail)
  await reader.wrote(sale.sequenceNumber.toString())
  reader.signalGroup('SIGINT')
  await reader.exited
  const { pid } = JSON.parse(await readFile(`${data}.lock`, 'utf8')) as { pid: number }
  process.kill(pid, 'SIGKILL')
  await second.exited
  assert.doesNotMatch(second.output(), TROUBLE)
  await eventually('its Kafka is gone, too', DEADLINE_MS, 20, async () => {
    await isVacant()
    return true
  })

  const third = npmStart(t)
  await third.wrote('its topic pos.invoices has 1 invoice already.')
  third.child.kill('SIGTERM') // to npm alone, as a supervisor does
  assert.equal(await third.exited, 0, third.output())
  assert.doesNotMatch(third.output(), TROUBLE)
  await isVacant()

  await writeFile(join(data, 'stamp.json'), JSON.stringify({ kafka: '4.2.0', brokers: 1 }))
  const other = npmStart(t)
  assert.equal(await other.exited, 1)
  assert.match(other.output(), /holds data of Kafka 4\.2\.0 on 1 broker, and this is .*: --fresh deletes them/)
  const fresh = npmStart(t, '--fresh')
  await fresh.wrote(`Deleted what earlier starts kept in ${data}`)
  await fresh.wrote('its topic pos.invoices is empty.')
  fresh.signalGroup('SIGINT')
  await fresh.exited
})

test('a port that is taken is said before Kafka starts, with what changes it', async (t) => {
  const { port, kafkaPort, npmStart } = await place()
  for (const [taken, problem] of [
    [port, `127.0.0.1:${port} is in use by another process: set PORT`],
    [kafkaPort, `port ${kafkaPort} is in use by another process: give --kafka-port another one`],
  ] as const) {
    const other = await listenOn('127.0.0.1', taken)
    const started = npmStart(t)
    assert.equal(await started.exited, 1)
    assert.ok(started.output().includes(problem), started.output())
    assert.doesNotMatch(started.output(), /Starting Kafka/)
    await new Promise((closed) => other.close(closed))
  }
})

test('help and wrong arguments start nothing, and an option that npm took for its own is named', async (t) => {
  const help = run(t, 'npm', ['start', '--', '--help'])
  assert.equal(await help.exited, 0)
  assert.match(help.output(), /^npm start: Kafka, a topic and a gateway.* --fresh .*PORT=/ms)
  for (const [args, problem] of [
    [['--', '--frehs'], /unknown option --frehs; did you mean --fresh\?/],
    [['--fresh'], /npm took --fresh for its own: put two dashes before it, npm start -- --fresh/],
  ] as const) {
    const started = run(t, 'npm', ['start', ...args])
    assert.equal(await started.exited, 1)
    assert.match(started.output(), problem)
  }
})

test('with KAFKA_BROKERS no Kafka is started, and one that cannot be reached is named', async (t) => {
  const [free] = (await freePorts(1)) as [number]
  const env = { KAFKA_BROKERS: `127.0.0.1:${free}`, PORT: '0' }
  const started = run(t, 'npm', ['start'], env)
  assert.equal(await started.exited, 1)
  assert.match(started.output(), new RegExp(`KAFKA_BROKERS is set, so the Kafka at 127\\.0\\.0\\.1:${free} is used`))
  assert.match(started.output(), /nothing listens there .* is KAFKA_BROKERS right\?/)
  const fresh = run(t, 'npm', ['start', '--', '--fresh'], env)
  assert.equal(await fresh.exited, 1)
  assert.match(fresh.output(), /--fresh is for the Kafka that npm start brings: unset KAFKA_BROKERS/)
})

test('npm run ticks starts Kafka and the handler, and SIGTERM stops both', async (t) => {
  const [ticksPort] = (await freePorts(1)) as [number]
  const started = run(t, 'npm', ['run', 'ticks'], { TICKS_PORT: String(ticksPort) })
  await started.wrote('Ctrl-C stops both')
  const kafkaPort = Number(/KAFKA_BROKERS=127\.0\.0\.1:(\d+) KAFKA_TOPIC=ticks /.exec(started.output())?.[1])
  started.child.kill('SIGTERM')
  assert.equal(await started.exited, 0, started.output())
  assert.doesNotMatch(started.output(), TROUBLE)
  for (const port of [ticksPort, kafkaPort]) await tryToListen('127.0.0.1', port)
})
