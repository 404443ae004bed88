import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { npm, withThisNode } from '../../dev/npm.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { invoiceBody, send } from '../harness/exchange.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { recordsOf } from '../harness/read-topic.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DEADLINE_MS = 60_000
/** More than the main thread reads: a worker thread has to. */
const INVOICES_OF_UPLOAD = 200
const PARTITIONS = 3

const execute = promisify(execFile)

let folder: string
let packed: { filename: string; files: { path: string; mode: number }[] }
let kafka: KafkaCluster

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-package-'))
  const before = await readFile(join(ROOT, 'package.json'), 'utf8')
  const answer = JSON.parse(await npm(ROOT, 'pack', '--json', '--pack-destination', folder))
  packed = Object.values(answer)[0] as typeof packed
  assert.equal(await readFile(join(ROOT, 'package.json'), 'utf8'), before)
  await npm(folder, 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${packed.filename}`)
  kafka = await startKafka()
})

after(async () => {
  await kafka?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Runs the installed command. Rejects when its exit code is not 0. */
async function tillgate(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const command = join(folder, 'node_modules/.bin/tillgate')
  const options = { cwd: folder, env: { PATH: withThisNode.PATH, ...env }, timeout: DEADLINE_MS }
  const { stdout, stderr } = await execute(command, args, options)
  assert.equal(stderr, '')
  return stdout
}

suite('the package of npm pack', () => {
  test('has all compiled sources with their types, the contract, the texts, and nothing else', async () => {
    const paths = packed.files.map(({ path }) => path)
    const sources = (await readdir(join(ROOT, 'src'), { recursive: true })).filter((path) => path.endsWith('.ts'))
    const page = await readdir(join(ROOT, 'src/console/page'))
    const examples = await readdir(join(ROOT, 'openapi/examples'))
    const expected = [
      ...sources.flatMap((path) => ['js', 'd.ts'].map((type) => `dist/${path.replace(/ts$/, type)}`)),
      ...page.map((path) => `dist/console/page/${path}`),
      ...examples.map((path) => `openapi/examples/${path}`),
      ...[
        'openapi/openapi.json',
        'openapi/asyncapi.json',
        'openapi/invoice.schema.json',
        'package.json',
        'bin/tillgate.js',
      ],
      ...['README.md', 'CHANGELOG.md', 'LICENSE'],
    ]
    assert.deepEqual(paths.toSorted(), expected.toSorted())
  })

  test('needs the Node that its command asks for, and the packages that its code imports', async () => {
    const installed = join(folder, 'node_modules/tillgate')
    const { engines, dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    const [, oldest] = /OLDEST_NODE = (\d+)/.exec(await readFile(join(installed, 'bin/tillgate.js'), 'utf8')) ?? []
    assert.deepEqual(engines, { node: `>=${oldest}` })

    const imported = new Set<string>()
    for (const { path } of packed.files.filter(({ path }) => path.endsWith('.js'))) {
      const text = await readFile(join(installed, path), 'utf8')
      for (const [, name = ''] of text.matchAll(
        /(?:from |import |import\(|require\(|resolve\()'((?:@[^/']+\/)?[^./'][^/']*)/g,
      ))
        if (!name.startsWith('node:')) imported.add(name)
    }
    assert.deepEqual(Object.keys(dependencies).toSorted(), [...imported].toSorted())
  })
})

suite('installed into an empty folder', () => {
  test('tillgate says its version, its variables, and what topic is needed', async () => {
    assert.equal(await tillgate(['--version']), `${packageJson.version}\n`)
    assert.match(await tillgate(['config']), /^KAFKA_BROKERS$/m)
    const plan = ['topics', 'plan', '--stores', '100', '--invoices-per-day', '50000', '--brokers', '3', '--json']
    assert.ok(JSON.parse(await tillgate(plan)).partitions > 0)
  })

  test('serve takes an invoice and, in its threads, an upload; the audit holds; SIGTERM drains', async (t) => {
    const env = { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_PARTITIONS: String(PARTITIONS) }
    await tillgate(['topics', 'create', '--replication-factor', '1'], env)
    const gateway = await GatewayProcess.start({ ...env, DRAIN_DELAY_MS: '0' }, [
      join(folder, 'node_modules/tillgate/bin/tillgate.js'),
      'serve',
    ])
    t.after(() => gateway.end('SIGKILL'))
    const single = invoiceBody('S1', 1)
    assert.equal((await send(gateway.url, single)).status, 201)

    const bodies = Array.from({ length: INVOICES_OF_UPLOAD }, (_, i) => invoiceBody('S2', i + 1))
    await writeFile(join(folder, 'till.ndjson'), `${bodies.join('\n')}\n`)
    const { tally } = JSON.parse(await tillgate(['upload', '--json', '--url', gateway.url, 'till.ndjson']))
    assert.equal(tally.stored, INVOICES_OF_UPLOAD)
    await tillgate(['audit', '--json'], env)
    const values = (await recordsOf(kafka.bootstrap, 'pos.invoices')).map(({ value }) => String(value))
    const sent = [single, ...bodies].map(String)
    assert.ok(values.length === sent.length && sent.every((text) => values.includes(text)), 'byte for byte')

    assert.equal((await fetch(`${gateway.adminUrl}/console`)).status, 200)
    const contract = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as { info: { version: string } }
    assert.equal(contract.info.version, packageJson.version)
    assert.deepEqual(await gateway.end('SIGTERM'), { code: 0, signal: null })
    assert.equal(gateway.output.includes('"level":50'), false, gateway.output)
  })

  test('a TypeScript program of its modules compiles and runs: examples/ticks, with its threads', async (t) => {
    const program = await compileTicks()
    const topic = 'ticks'
    await kafka.createTopic({ topic, partitions: PARTITIONS })
    const handler = await program.handler.startTicks({
      brokers: kafka.bootstrap,
      topic,
      partitions: PARTITIONS,
      delivery: 'exactly-once',
      host: '127.0.0.1',
      port: 0,
      workers: 1,
      onTrouble: (message) => t.diagnostic(message),
    })
    t.after(() => handler.stop())
    const answers: string[] = []
    await program.feed.runFeed({
      host: '127.0.0.1',
      port: handler.port,
      packets: program.generate.generatePackets({
        seed: 1,
        symbols: 10,
        packets: 5,
        ticksPerPacket: 20,
        coding: 'gzip',
      }),
      maxUnanswered: 8,
      onAnswer: (_packet, verdict) => answers.push(verdict),
    })
    assert.deepEqual(answers, Array(5).fill('ok'))
    assert.equal((await recordsOf(kafka.bootstrap, topic)).length, 100)
  })
})

/** Copies examples/ticks beside the installed package, with imports from that, compiles it and loads the result. */
async function compileTicks() {
  const program = join(folder, 'program')
  await mkdir(program)
  for (const name of await readdir(join(ROOT, 'examples/ticks'))) {
    if (!name.endsWith('.ts')) continue
    const text = await readFile(join(ROOT, 'examples/ticks', name), 'utf8')
    await writeFile(join(program, name), text.replaceAll(/'\.\.\/\.\.\/src\/([^']+)\.ts'/g, "'tillgate/$1'"))
  }
  const compilerOptions = {
    ...{ target: 'es2024', module: 'nodenext', strict: true, rewriteRelativeImportExtensions: true },
    ...{ types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], outDir: 'out' },
  }
  await writeFile(join(program, 'package.json'), JSON.stringify({ type: 'module' }))
  await writeFile(join(program, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  await execute(process.execPath, [compiler, '--project', program], { timeout: DEADLINE_MS }).catch((error) =>
    assert.fail(error.stdout),
  )
  const load = (name: string) => import(pathToFileURL(join(program, 'out', `${name}.js`)).href)
  return {
    handler: (await load('handler')) as typeof import('../../examples/ticks/handler.ts'),
    feed: (await load('feed')) as typeof import('../../examples/ticks/feed.ts'),
    generate: (await load('generate')) as typeof import('../../examples/ticks/generate.ts'),
  }
}
