import assert from 'node:assert/strict'
import { type ExecFileException, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { eventually } from '../dev/kafka/eventually.ts'
import { freePorts } from '../dev/kafka/ports.ts'
import packageJson from '../package.json' with { type: 'json' }
import { dispatch } from '../src/commands/dispatch.ts'
import { ConfigSchema } from '../src/config-schema.ts'
import { CLI, DEADLINE_MS, spawnCli } from './harness/cli-process.ts'
import { noFullDevice } from './harness/full-device.ts'

/** The command of a checkout, of the package and of the container. */
const COMMAND = fileURLToPath(new URL('../bin/tillgate.js', import.meta.url))
const execute = promisify(execFile)

/** Nobody listens there. */
const NO_KAFKA = { KAFKA_BROKERS: '127.0.0.1:1', HOST: '127.0.0.1', ADMIN_PORT: '0', AUTH: 'off' }
const PASSWORD = 'hunter2-marker'
const COMMANDS = ['serve', 'tail', 'audit', 'upload', 'topics', 'simulate', 'config']

/** As a process: its exit code and streams are what is tested. */
async function run(t: TestContext, args: string[], env: NodeJS.ProcessEnv = {}) {
  const started = spawnCli(args, env)
  t.after(() => started.end())
  const { code } = await started.exited
  return { code, stdout: started.stdout().toString(), stderr: started.stderr() }
}

/** Within this process: the code and the words are what is tested. Only for what does no work. */
async function runHere(args: string[], env: NodeJS.ProcessEnv = {}) {
  const [log, error]: [string[], string[]] = [[], []]
  const output = { log: (text: string) => log.push(text), error: (text: string) => error.push(text) }
  const code = await dispatch(args, env, output)
  return { code, stdout: log.join('\n'), stderr: error.join('\n') }
}

suite('within one process', () => {
  test('--help, -h and help say what there is, and of each command what it takes', async () => {
    for (const flag of ['--help', '-h', 'help']) {
      const { code, stdout, stderr } = await runHere([flag])
      assert.equal(code, 0)
      for (const command of COMMANDS) assert.match(stdout, new RegExp(`tillgate ${command}`))
      assert.equal(stderr, '')
    }
    for (const command of COMMANDS) {
      const asked = [
        [command, '--help'],
        ['help', command],
        [command, '--nonsense', '-h'],
      ]
      for (const args of asked) {
        const { code, stdout } = await runHere(args)
        assert.equal(code, 0)
        assert.match(stdout, new RegExp(`^tillgate ${command}`))
        assert.match(stdout, /Exit code/)
      }
    }
  })

  test('--version says the version of package.json and nothing else', async () => {
    const { code, stdout, stderr } = await runHere(['--version'])
    assert.deepEqual([code, stdout, stderr], [0, packageJson.version, ''])
  })

  test('each option is in the help, with its default or that it is required; each subcommand has its own', async () => {
    const help = async (...args: string[]) => (await runHere(args)).stdout.replaceAll(/\s+/g, ' ')
    assert.match(await help('upload', '--help'), /--invoices N most invoices in a request \(default: 1000\)/)
    assert.match(await help('simulate', '--help'), /--url URL the gateway or its load balancer \(required\)/)
    assert.match(await help('tail', '--help'), /--limit N stop after N records \(default: never\)/)
    for (const args of [
      ['topics', 'plan', '--help'],
      ['topics', '--help', 'plan'],
      ['help', 'topics', 'plan'],
    ]) {
      const plan = await help(...args)
      assert.match(plan, /^tillgate topics plan: .*--brokers N how many brokers \(required\)/)
      assert.doesNotMatch(plan, /--at-once/)
    }
    assert.match(await help('topics', '--help'), /tillgate topics grow spreads it/)
  })

  test('every help fits 80 columns, and no list of commands is broken', async () => {
    const subcommands = { token: ['keygen', 'issue', 'inspect', 'revoke'], topics: ['plan', 'create', 'check', 'grow'] }
    const ofSubcommands = Object.entries(subcommands).flatMap(([command, names]) =>
      names.map((name) => [command, name]),
    )
    for (const asked of [[], ...COMMANDS.map((command) => [command]), ...ofSubcommands]) {
      const { stdout } = await runHere([...asked, '--help'])
      for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
      assert.doesNotMatch(stdout, /\n {2}tillgate .*\n\w/)
    }
  })

  test('help that is a file or a value is none', async () => {
    const { code, stderr } = await runHere(['upload', '--', '--help'])
    assert.equal(code, 2)
    assert.match(stderr, /--help: there is no such file/)
  })

  test('settings that are looked for among the arguments are named as variables', async () => {
    const looked: [string[], RegExp][] = [
      [['serve', '--port', '80'], /unknown option --port; set the variable PORT instead/],
      [['tail', '--topic=x'], /unknown option --topic; set the variable KAFKA_TOPIC instead/],
      [['audit', '--bootstrap-server', 'a:1'], /set the variable KAFKA_BROKERS instead/],
      [['tail', 'pos.invoices'], /pos\.invoices; the cluster and the topic are set by KAFKA_BROKERS and KAFKA_TOPIC/],
      [['upload', '--topic=x'], /unknown option --topic$/m],
      [['topics', 'grow', '--yess'], /tillgate topics grow --help says/],
      [['--verbose', 'tail'], /--verbose: options come after the command/],
    ]
    for (const [args, said] of looked) {
      const { code, stderr } = await runHere(args, NO_KAFKA)
      assert.equal(code, 2)
      assert.match(stderr, said)
    }
  })

  test('unknown commands, options and arguments exit with 2 and say what is wrong', async () => {
    const wrong: [string[], RegExp][] = [
      [[], /which command/],
      [['destroy'], /destroy/],
      [['toString'], /no such command: toString/],
      [['help', 'destroy'], /destroy/],
      [['serve', 'now'], /now/],
      [['serve', '--fast'], /--fast/],
      [['tail', '--from', 'middle'], /--from/],
      [['tail', '--limit', '0'], /--limit/],
      [['tail', '--limit', 'many'], /--limit/],
      [['tail', '--limit'], /--limit needs a value: a whole number from 1/],
      [['tail', '--limit', '-5'], /--limit must be a whole number from 1 to [\d,]+, not -5/],
      [['tail', '--json=yes'], /--json takes no value/],
      [['config', 'all'], /all/],
    ]
    for (const [args, said] of wrong) {
      const { code, stdout, stderr } = await runHere(args, NO_KAFKA)
      assert.equal(code, 2, args.join(' '))
      assert.match(stderr, said)
      assert.match(stderr, /--help/)
      assert.equal(stdout, '')
      assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace')
    }
  })

  test('a mistyped command, subcommand or option is answered with the nearest one', async () => {
    const typed: [string[], RegExp][] = [
      [['tial'], /no such command: tial; did you mean tail\?/],
      [['help', 'simulat'], /no such command: simulat; did you mean simulate\?/],
      [['topics', 'chekc'], /chekc; did you mean check\?/],
      [['topics', 'grow', '--at-onc', '2'], /unknown option --at-onc; did you mean --at-once\?/],
      [['tail', '--form=end'], /unknown option --form; did you mean --from\?/],
      [['simulate', '-x'], /unknown option -x$/m],
      [['audit', '--zzzzzzzz'], /unknown option --zzzzzzzz$/m],
    ]
    for (const [args, said] of typed) {
      const { code, stderr } = await runHere(args, NO_KAFKA)
      assert.equal(code, 2, args.join(' '))
      assert.match(stderr, said)
    }
  })

  test('a bad configuration exits with 2 and names every wrong variable, but no secret', async () => {
    const env = { PORT: 'x', KAFKA_TLS: 'maybe', LOG_LEVEL: PASSWORD, KAFKA_SASL_PASSWORD: PASSWORD }
    for (const args of [['serve'], ['tail'], ['audit'], ['topics', 'check']]) {
      const { code, stdout, stderr } = await runHere(args, env)
      assert.equal(code, 2)
      for (const name of ['PORT', 'KAFKA_TLS', 'LOG_LEVEL', 'KAFKA_BROKERS'])
        assert.match(stderr, new RegExp(`^  ${name} `, 'm'))
      assert.doesNotMatch(stdout + stderr, /marker/)
    }
  })

  test("a file that is not there is said in words, without the system's own", async () => {
    const missing: [string[], number][] = [
      [['simulate', '--url', 'http://127.0.0.1:1', '--answers', '/nowhere/answers'], 2],
      [['simulate', '--url', 'http://127.0.0.1:1', '--answers', import.meta.filename], 2],
      [['audit', '--answers', '/nowhere/answers'], 2],
      [['audit', '--answers', import.meta.dirname], 2],
      [['upload', '/nowhere/till.ndjson'], 2],
      [['upload', import.meta.dirname], 2],
    ]
    for (const [args, expected] of missing) {
      const { code, stderr } = await runHere(args, NO_KAFKA)
      assert.equal(code, expected, stderr)
      assert.match(stderr, /\/nowhere\/|cli\.test|\/test is a folder/)
      assert.doesNotMatch(stderr, /E[A-Z]{4,}/)
    }
  })
})

suite('as processes', { concurrency: true }, () => {
  test('a wrong argument ends the process with 2', async (t) => {
    const { code, stdout, stderr } = await run(t, ['destroy'])
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /^no such command: destroy\n/)
  })

  test('the command of a checkout runs its sources', async () => {
    const { stdout } = await execute(process.execPath, [COMMAND, '--version'])
    assert.equal(stdout, `${packageJson.version}\n`)
  })

  test('a Node that is too old gets one line with what is needed', async () => {
    const older = "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })"
    const args = ['--import', `data:text/javascript,${older}`, COMMAND, 'serve']
    await assert.rejects(execute(process.execPath, args), (error: ExecFileException) => {
      assert.deepEqual([error.code, error.stdout], [1, ''])
      assert.match(String(error.stderr), /^tillgate needs Node 24 or later\. This is Node 20\.20\.2: \/.*\n$/)
      return true
    })
  })

  test('config prints every variable, of a bad configuration too, and redacts secrets', async (t) => {
    const env = { PORT: 'x', KAFKA_SASL_PASSWORD: PASSWORD }
    const { code, stdout, stderr } = await run(t, ['config'], env)
    assert.equal(code, 0)
    for (const name of Object.keys(ConfigSchema.properties)) assert.match(stdout, new RegExp(`^${name}$`, 'm'))
    assert.match(stdout, /now: x$/m)
    assert.doesNotMatch(stdout + stderr, /marker/)
  })

  test('everything is written before the process ends, however slowly it is read', async (t) => {
    // Far more than a pipe holds. Only a shell's variables can be as long.
    const names = ['HOST', 'KAFKA_CLIENT_ID', 'KAFKA_TOPIC', 'KAFKA_BROKERS', 'KAFKA_SASL_USERNAME', 'LENIENT_STORES']
    const env = Object.fromEntries(names.map((name) => [name, 'x'.repeat(120_000)]))
    const started = spawnCli(['config'], env)
    t.after(() => started.end())
    started.child.stdout?.pause()
    await sleep(1_500)
    started.child.stdout?.resume()
    assert.equal((await started.exited).code, 0)
    assert.equal(started.stdout().toString().split('x'.repeat(120_000)).length - 1, names.length)
    assert.match(started.stdout().toString(), /\n$/)
  })

  test('a reader that goes away, as head does, is no error', async (t) => {
    const started = spawnCli(['config'])
    t.after(() => started.end())
    started.child.stdout?.destroy()
    assert.equal((await started.exited).code, 0)
    assert.equal(started.stderr(), '')
    const shell = spawn('sh', ['-c', `"${process.execPath}" "${CLI}" config | head -1`])
    const [text] = await Promise.all([shell.stdout.toArray(), once(shell, 'close')])
    assert.equal(text.join('').split('\n').length, 2)
  })

  test('output that cannot be written is said, and the process fails', { skip: noFullDevice }, async (t) => {
    const full = await open('/dev/full', 'w')
    t.after(() => full.close())
    const started = spawnCli(['config'], {}, full.fd)
    t.after(() => started.end())
    assert.equal((await started.exited).code, 1)
    assert.match(started.stderr(), /^the output could not be written: the disk is full\n$/)
  })

  test('an address that is taken ends serve with 1, and names it and its variable', async (t) => {
    const holder = createServer().listen(0, '127.0.0.1')
    t.after(() => holder.close())
    await once(holder, 'listening')
    const taken = String((holder.address() as { port: number }).port)
    const [free] = (await freePorts(1)) as [number]
    const cases: [NodeJS.ProcessEnv, string][] = [
      [{ PORT: taken }, 'PORT'],
      [{ PORT: String(free), ADMIN_PORT: taken }, 'ADMIN_PORT'],
    ]
    const taking = cases.map(async ([ports, variable]) => {
      const { code, stderr } = await run(t, ['serve'], { ...NO_KAFKA, ...ports })
      assert.equal(code, 1, variable)
      assert.match(stderr, new RegExp(`127\\.0\\.0\\.1:${taken} is in use.* set ${variable} `))
      assert.doesNotMatch(stderr, /EADDRINUSE/)
    })
    await Promise.all(taking)
  })

  const logsOnFullDisk = { timeout: 60_000, skip: noFullDevice }
  test('a log on a full disk does not end serve, and does not keep it from ending', logsOnFullDisk, async (t) => {
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
})
