import assert from 'node:assert/strict'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../dev/kafka/eventually.ts'
import { freePorts } from '../dev/kafka/ports.ts'
import { ConfigSchema } from '../src/config-schema.ts'
import { DEADLINE_MS, spawnCli } from './harness/cli-process.ts'

/** Nobody listens there. */
const NO_KAFKA = { KAFKA_BROKERS: '127.0.0.1:1', HOST: '127.0.0.1' }
const PASSWORD = 'hunter2-marker'

async function run(t: TestContext, args: string[], env: NodeJS.ProcessEnv = {}) {
  const started = spawnCli(args, env)
  t.after(() => started.end())
  const { code } = await started.exited
  return { code, stdout: started.stdout().toString(), stderr: started.stderr() }
}

test('--help, -h and help say what there is', async (t) => {
  for (const flag of ['--help', '-h', 'help']) {
    const { code, stdout, stderr } = await run(t, [flag])
    assert.equal(code, 0)
    for (const command of ['serve', 'tail', 'audit', 'upload', 'config'])
      assert.match(stdout, new RegExp(`tillgate ${command}`))
    assert.equal(stderr, '')
  }
})

test('unknown commands, options and arguments exit with 2 and say what is wrong', async (t) => {
  const wrong: [string[], RegExp][] = [
    [[], /which command/],
    [['destroy'], /destroy/],
    [['serve', 'now'], /now/],
    [['serve', '--fast'], /--fast/],
    [['tail', '--from', 'middle'], /--from/],
    [['tail', '--limit', '0'], /--limit/],
    [['tail', '--limit', 'many'], /--limit/],
    [['tail', '--limit'], /--limit/],
  ]
  for (const [args, said] of wrong) {
    const { code, stdout, stderr } = await run(t, args, NO_KAFKA)
    assert.equal(code, 2, args.join(' '))
    assert.match(stderr, said)
    assert.match(stderr, /--help/)
    assert.equal(stdout, '')
    assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace')
  }
})

test('a bad configuration exits with 2 and names every wrong variable, but no secret', async (t) => {
  const env = { PORT: 'x', KAFKA_TLS: 'maybe', LOG_LEVEL: PASSWORD, KAFKA_SASL_PASSWORD: PASSWORD }
  for (const command of ['serve', 'tail']) {
    const { code, stdout, stderr } = await run(t, [command], env)
    assert.equal(code, 2)
    for (const name of ['PORT', 'KAFKA_TLS', 'LOG_LEVEL', 'KAFKA_BROKERS'])
      assert.match(stderr, new RegExp(`^  ${name} `, 'm'))
    assert.doesNotMatch(stdout + stderr, /marker/)
  }
})

test('config prints every variable, of a bad configuration too, and redacts secrets', async (t) => {
  const env = { PORT: 'x', KAFKA_SASL_PASSWORD: PASSWORD }
  const { code, stdout, stderr } = await run(t, ['config'], env)
  assert.equal(code, 0)
  for (const name of Object.keys(ConfigSchema.properties)) assert.match(stdout, new RegExp(`^${name}$`, 'm'))
  assert.match(stdout, /now: x$/m)
  assert.doesNotMatch(stdout + stderr, /marker/)
})

test('an address that is taken ends serve with 1, for invoices and for metrics', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1')
  t.after(() => holder.close())
  await once(holder, 'listening')
  const taken = String((holder.address() as { port: number }).port)
  const [free] = (await freePorts(1)) as [number]
  for (const ports of [{ PORT: taken }, { PORT: String(free), METRICS_PORT: taken }]) {
    const { code, stdout, stderr } = await run(t, ['serve'], { ...NO_KAFKA, ...ports })
    assert.equal(code, 1, JSON.stringify(ports))
    assert.match(stdout + stderr, /EADDRINUSE/)
  }
})

test('a log on a full disk does not end serve, and does not keep it from ending', { timeout: 60_000 }, async (t) => {
  const full = await open('/dev/full', 'w')
  t.after(() => full.close())
  const [port] = (await freePorts(1)) as [number]
  const started = spawnCli(['serve'], { ...NO_KAFKA, PORT: String(port), DRAIN_DELAY_MS: '0' }, full.fd)
  t.after(() => started.end())
  const askWhetherAlive = () => fetch(`http://127.0.0.1:${port}/livez`, { signal: AbortSignal.timeout(5_000) })
  await eventually('serve is alive', DEADLINE_MS, 50, askWhetherAlive)
  await sleep(500) // it has logged that it listens, and that Kafka is not there
  assert.equal((await askWhetherAlive()).status, 200)
  started.child.kill('SIGTERM')
  assert.equal((await started.exited).code, 0)
})

test('tail without a broker exits with 1 and a message', async (t) => {
  const { code, stdout, stderr } = await run(t, ['tail'], NO_KAFKA)
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /127\.0\.0\.1:1/)
  assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace')
})
