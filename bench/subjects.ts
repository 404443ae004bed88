import { fileURLToPath } from 'node:url'
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

const PLAIN_ROUTES = { floor: 'floor', bare: 'bare route', naive: 'naive kafkajs' } as const

/** A Fastify route that only reads the body, the bare one, or the same with one naive `send` a request. */
export async function startPlainRoute(kind: keyof typeof PLAIN_ROUTES, target: Target): Promise<Subject> {
  const route = await GatewayProcess.start(environmentOf(target, { PLAIN_ROUTE: kind }), [path('plain-route.ts')])
  await pin(route.pid, CORES.measured)
  return subjectOf(PLAIN_ROUTES[kind], route, kind === 'naive')
}

function subjectOf(name: string, process: GatewayProcess, publishes: boolean): Subject {
  return { name, url: process.url, pid: process.pid, publishes, end: () => process.end('SIGTERM') }
}

/** Where to publish, as variables. */
export function environmentOf(
  { bootstrap, topic, partitions }: Target,
  more: Record<string, string | undefined>,
): NodeJS.ProcessEnv {
  const target = { KAFKA_BROKERS: bootstrap.join(','), KAFKA_TOPIC: topic, KAFKA_PARTITIONS: String(partitions) }
  return { ...target, ...more }
}
