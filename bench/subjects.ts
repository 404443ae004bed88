import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { spawnDependent } from '../dev/dependent-process.ts'
import { freePorts } from '../dev/kafka/ports.ts'
import { goProgram } from '../test/deploy/go-tool.ts'
import { GatewayProcess } from '../test/harness/gateway-process.ts'
import { CORES, pin, startPinnedGateway } from './processes.ts'

/** A server that takes invoices on the measured core. */
export interface Subject {
  readonly name: string
  readonly url: string
  readonly pid: number
  /** Whether what it acknowledges is in Kafka. */
  readonly publishes: boolean
  end(): Promise<unknown>
}

export interface Target {
  readonly bootstrap: string[]
  readonly topic: string
  readonly partitions: number
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** The gateway as it is shipped, but with AUTH=off. */
export async function startGateway({ bootstrap, topic, partitions }: Target): Promise<Subject> {
  const gateway = await startPinnedGateway(bootstrap, topic, { KAFKA_PARTITIONS: String(partitions) })
  return subjectOf('gateway', gateway, true)
}

/** The same gateway, which asks for tokens of these keys. */
export async function startGatewayWithTokens(
  { bootstrap, topic, partitions }: Target,
  jwksFile: string,
): Promise<Subject> {
  const tokens = { AUTH: 'required', AUTH_JWKS_FILE: jwksFile }
  const gateway = await startPinnedGateway(bootstrap, topic, { KAFKA_PARTITIONS: String(partitions), ...tokens })
  return subjectOf('gateway, AUTH=required', gateway, true)
}

/** The bare Fastify route, or the same with one naive `send` a request. */
export async function startPlainRoute(kind: 'bare' | 'naive', target: Target): Promise<Subject> {
  const route = await GatewayProcess.start(environmentOf(target, { PLAIN_ROUTE: kind }), [path('plain-route.ts')])
  await pin(route.pid, CORES.measured)
  return subjectOf(kind === 'bare' ? 'bare route' : 'naive kafkajs', route, kind === 'naive')
}

/** Bento, built at the first call (a minute or two; needs Go and the Go module proxy). */
export async function startBento(target: Target): Promise<Subject> {
  const program = await goProgram('bento', '1.20.0', path('bento'))
  const [port] = (await freePorts(1)) as [number]
  const env = environmentOf(target, { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port) })
  // pinned before it starts, because that is when Go counts its processors
  const command = ['-c', CORES.measured, program, '-c', path('bento/bento.yaml')]
  const child = spawnDependent('taskset', command, { env, stdio: ['ignore', 'inherit', 'inherit'] })
  const url = `http://127.0.0.1:${port}`
  const subject = { name: 'Bento', url, pid: child.pid as number, publishes: true }
  for (const deadlineMs = performance.now() + 30_000; ; await sleep(100)) {
    const isReady = await fetch(`${url}/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) break
    if (child.exitCode !== null || performance.now() > deadlineMs) throw new Error('Bento does not get ready')
  }
  return { ...subject, end: () => Promise.all([once(child, 'exit'), child.kill('SIGTERM')]) }
}

function subjectOf(name: string, process: GatewayProcess, publishes: boolean): Subject {
  return { name, url: process.url, pid: process.pid, publishes, end: () => process.end('SIGTERM') }
}

function environmentOf(
  { bootstrap, topic, partitions }: Target,
  more: Record<string, string | undefined>,
): NodeJS.ProcessEnv {
  const target = { KAFKA_BROKERS: bootstrap.join(','), KAFKA_TOPIC: topic, KAFKA_PARTITIONS: String(partitions) }
  return { ...target, ...more }
}
