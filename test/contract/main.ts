/**
 * `npm run test:contract -- [--examples 5] [--seed 1]`: schemathesis sends requests by the OpenAPI document to a gateway
 * on a real Kafka: the examples, each parameter and member at its bounds and beyond, and random ones. Every answer must
 * have a status, media type, header fields and a body that the document has, and none may be a 5xx. Exit code 1 if one
 * does not. `schemathesis.toml` says which checks are off, and why.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startKafka } from '../../dev/kafka/cluster.ts'
import { provideSchemathesis } from '../../dev/needs/schemathesis.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'

const OPENAPI = fileURLToPath(new URL('../../openapi/openapi.json', import.meta.url))
const CONFIG = fileURLToPath(new URL('schemathesis.toml', import.meta.url))
const DEADLINE_MS = 600_000
const PARTITIONS = 12 // the default of KAFKA_PARTITIONS

const { values } = parseArgs({
  options: { examples: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' } },
})
const packages = await provideSchemathesis(process.env, console.log)
const kafka = await startKafka({ onProgress: (line) => console.log(line) })
let code = 1
try {
  await kafka.createTopic({ topic: 'pos.invoices', partitions: PARTITIONS })
  const gateway = await GatewayProcess.start({
    AUTH: 'off',
    KAFKA_BROKERS: kafka.bootstrap.join(),
    DRAIN_DELAY_MS: '0',
    SENDER_TIME_PERCENT: '100', // it may ask for as much as it likes
  })
  try {
    code = await runSchemathesis(gateway.url)
    const failures = gateway.output.split('\n').filter((line) => /"level":[56]0/.test(line))
    for (const line of failures) console.error(line)
    if (failures.length > 0) code = 1
  } finally {
    await gateway.end('SIGKILL')
  }
} finally {
  await kafka.stop()
}
process.exit(code)

/** Resolves with its exit code, which is not 0 if a check failed. */
async function runSchemathesis(url: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-contract-')) // it writes where it runs
  const phases = ['--phases', 'examples,coverage,fuzzing', '--max-examples', String(values.examples)]
  // Large documents take long to make, and a busy machine to answer: neither is a fault of the API.
  const patient = ['--suppress-health-check', 'all', '--request-timeout', '30', '--continue-on-failure']
  const plain = ['--no-color', '--warnings', 'off', '--seed', String(values.seed)]
  const args = ['--config-file', CONFIG, 'run', OPENAPI, '--url', url, ...phases, ...patient, ...plain]
  try {
    const child = spawn('python3', ['-m', 'schemathesis.cli', ...args], {
      cwd: folder,
      env: {
        ...process.env,
        PYTHONPATH: [packages, import.meta.dirname].join(delimiter),
        PYTHONDONTWRITEBYTECODE: '1',
        SCHEMATHESIS_HOOKS: 'hooks',
      },
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    })
    const [exitCode] = await once(child, 'exit')
    return exitCode ?? 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
