import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { spawnDependent } from '../dev/dependent-process.ts'
import { makeFolder } from '../dev/kafka/folders.ts'
import { freePorts } from '../dev/kafka/ports.ts'
import { TOOLS_FOLDER } from '../dev/needs/go.ts'
import { pipInstall } from '../dev/needs/pip.ts'
import { goProgram } from '../test/deploy/go-tool.ts'
import { CORES } from './processes.ts'
import { environmentOf, type Subject, type Target } from './subjects.ts'

const READY_DEADLINE_MS = 30_000

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** What Bento does with the body of a request. */
export const BENTOS = {
  'schema-and-key': 'Bento, schema and key',
  key: 'Bento, key',
  'reads-nothing': 'Bento, reads nothing',
} as const

/** Bento, built at the first call (a minute or two; needs Go and the Go module proxy). */
export async function startBento(kind: keyof typeof BENTOS, target: Target): Promise<Subject> {
  const program = await goProgram('bento', '1.20.0', path('bento'))
  const environment = { SCHEMA_FILE: path('../openapi/invoice.schema.json') }
  return await startPeer(BENTOS[kind], [program, '-c', path(`bento/${kind}.yaml`)], target, environment)
}

/** mq-bridge, fetched at the first call (40 MB; needs Python 3.10 with pip). It reads nothing of the body. */
export async function startMqBridge(target: Target): Promise<Subject> {
  const folder = join(TOOLS_FOLDER, 'mq-bridge-1.2.0')
  if (!existsSync(folder))
    await makeFolder(folder, (into) =>
      pipInstall({
        requirements: path('mq-bridge/requirements.txt'),
        into,
        env: process.env,
        onProgress: (line) => console.error(`mq-bridge: ${line}`),
      }),
    )
  return await startPeer('mq-bridge', ['python3', path('mq-bridge/route.py')], target, { PYTHONPATH: folder })
}

/** Starts a program on the measured core, which listens on HOST and PORT. Resolves when it does. */
async function startPeer(
  name: string,
  program: readonly string[],
  target: Target,
  environment: NodeJS.ProcessEnv,
): Promise<Subject> {
  const [port] = (await freePorts(1)) as [number]
  const own = { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port) }
  const env = environmentOf(target, { ...own, ...environment })
  // pinned before it starts, because that is when a program counts its processors
  const command = ['-c', CORES.measured, ...program]
  const child = spawnDependent('taskset', command, { env, stdio: ['ignore', 'inherit', 'inherit'] })
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  for (const deadlineMs = performance.now() + READY_DEADLINE_MS; ; await sleep(100)) {
    // Bento answers /ready with 200 as soon as it takes requests; mq-bridge answers anything.
    const status = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.status,
      () => null,
    )
    if (status !== null && status < 500) break
    if (child.exitCode !== null || performance.now() > deadlineMs) throw new Error(`${name} does not get ready`)
  }
  const end = () => {
    child.kill('SIGKILL') // nothing is under way any more
    return exited
  }
  return { name, url, pid: child.pid as number, publishes: true, end }
}
