/**
 * Kafka in a container, for `npm start` where there is no Java: one broker, which cannot be frozen or killed as the tests
 * do. The container does not outlive this process, even after `kill -9`. What is kept is in a volume that has the
 * container's name.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { promisify } from 'node:util'
import type { OnProgress } from '../progress.ts'
import { eventually } from './eventually.ts'
import { KAFKA_VERSION } from './folders.ts'
import type { KeptFolder } from './kept-folder.ts'
import { fetchMetadata } from './metadata-request.ts'

const IMAGE = `docker.io/apache/kafka:${KAFKA_VERSION}`
const NODE_ID = 1
const LOOK_DEADLINE_MS = 1_500
const PULL_DEADLINE_MS = 1_200_000
const COMMAND_DEADLINE_MS = 60_000
const START_DEADLINE_MS = 120_000

interface ContainerOptions {
  /** `docker` or `podman`. */
  engine: string
  /** Of 127.0.0.1, for clients. */
  port: number
  /** Its path names the volume, and a wiped folder means a wiped volume. Default: nothing is kept. */
  folder?: KeptFolder | undefined
  brokerConfig?: Record<string, string>
  onProgress: OnProgress
  /** Called when the container has ended and nobody here ended it, with what is known about it. */
  onEnd: (problem: string) => void
  /** Ends the start when it is aborted. */
  signal?: AbortSignal
}

/** `docker` or `podman`, whichever is there and reaches an engine: a client alone does not count. */
export async function findEngine(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const looks = ['docker', 'podman'].map((engine) =>
    promisify(execFile)(engine, ['ps', '--quiet'], { env, timeout: LOOK_DEADLINE_MS }).then(
      () => engine,
      () => undefined,
    ),
  )
  return (await Promise.all(looks)).find((engine) => engine !== undefined)
}

/** Starts a broker. Resolves when it serves clients, to what ends it. On failure nothing keeps running. */
export async function startKafkaContainer(options: ContainerOptions): Promise<{ stop: () => Promise<void> }> {
  const { engine, port, folder, onProgress, onEnd, signal } = options
  const command = async (args: string[], timeout = COMMAND_DEADLINE_MS, end = signal) =>
    (await promisify(execFile)(engine, args, { timeout, ...(end && { signal: end }) })).stdout.trim()
  const key = folder?.path ?? `${process.pid}-${port}`
  const name = `tillgate-kafka-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`

  const isThere = await command(['image', 'inspect', IMAGE]).catch(() => undefined)
  if (isThere === undefined) {
    onProgress(`Fetching ${IMAGE} with ${engine}, once`)
    await command(['pull', '--quiet', IMAGE], PULL_DEADLINE_MS).catch((error) => {
      const reason = `${error.stderr}`.trim().split('\n').at(-1)
      throw new Error(`${engine} could not fetch ${IMAGE}: ${reason}. Without it, Java 17 and Maven are needed, or pip`)
    })
  }
  await command(['rm', '--force', name]).catch(() => {}) // one that an engine's restart may have left
  if (folder?.wasWiped) await command(['volume', 'rm', '--force', name]).catch(() => {}) // it may never have been
  if (folder) await mkdir(join(folder.path, 'broker-0'), { recursive: true }) // so that --fresh finds something to wipe

  onProgress(`Starting Kafka ${KAFKA_VERSION} in a container of ${engine}`)
  let isEnding = false
  const forget = endWithThisProcess(engine, name)
  const stop = async () => {
    isEnding = true
    await command(['stop', '-t', '10', name], COMMAND_DEADLINE_MS, undefined).catch(() => {})
    await command(['rm', '--force', '--volumes', name], COMMAND_DEADLINE_MS, undefined).catch(() => {})
    forget()
  }
  try {
    await command(['run', '--detach', '--name', name, ...arrange(options, name), IMAGE])
    const ended = command(['wait', name], 0, undefined).then((code) => `ended with ${code}`, String)
    ended.then(async (how) => {
      if (isEnding) return
      const lastWords = await command(['logs', '--tail', '15', name]).catch(() => '')
      onEnd(`its container ${how}\n${lastWords}`)
    })
    const result = await Promise.race([ended, serves(port, signal)])
    if (result !== undefined) throw new Error(`Kafka's container ${result} while it started`)
    return { stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The part of the command line that makes it a broker of its own with its data in the volume. */
function arrange({ port, folder, brokerConfig = {} }: ContainerOptions, volume: string): string[] {
  const settings: Record<string, string> = {
    'node.id': String(NODE_ID),
    'process.roles': 'broker,controller',
    listeners: `CLIENT://:${port},CONTROLLER://:${port + 1}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'CLIENT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `${NODE_ID}@localhost:${port + 1}`,
    'log.dirs': DATA,
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    ...brokerConfig,
  }
  const variable = (property: string) => `KAFKA_${property.toUpperCase().replaceAll('.', '_')}`
  return [
    ...['--publish', `127.0.0.1:${port}:${port}`],
    ...(folder ? ['--volume', `${volume}:${DATA}`] : []),
    ...Object.entries(settings).flatMap(([property, value]) => ['--env', `${variable(property)}=${value}`]),
  ]
}

const DATA = '/var/lib/kafka/data'

async function serves(port: number, signal?: AbortSignal): Promise<undefined> {
  await eventually('Kafka in its container', START_DEADLINE_MS, 100, async () => {
    if (signal?.aborted) return true
    return (await fetchMetadata({ host: '127.0.0.1', port }, 2_000)).brokerIds.includes(NODE_ID) || undefined
  })
  signal?.throwIfAborted()
}

/** Starts a shell that removes the container when this process is gone. Resolves to what calls that off. */
function endWithThisProcess(engine: string, name: string): () => void {
  const script = 'read -r line <&3 || exec "$1" rm --force "$2"'
  const watcher = spawn('sh', ['-c', script, 'sh', engine, name], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const lifeline = watcher.stdio[3] as Duplex
  lifeline.resume().on('error', () => {})
  return () => void lifeline.end('\n')
}
