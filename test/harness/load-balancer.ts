import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '../../dev/kafka/eventually.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { onPath } from '../../dev/needs/on-path.ts'

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url))
const DEADLINE_MS = 10_000

/** A real load balancer, in a process of its own, in front of gateways. */
export interface LoadBalancer {
  /** Where tills send to, `http://127.0.0.1:port`. */
  readonly url: string
  /** Everything it logged. */
  log(): string
  /** Ends it and resolves when it is gone. */
  stop(): Promise<void>
}

/** Starts a balancer in front of gateways (`host:port` of each). Resolves when it listens. */
export type StartBalancer = (gateways: readonly [string, string]) => Promise<LoadBalancer>

/** HAProxy with `deploy/haproxy/haproxy.cfg`, plus a `server` line for each gateway after the second. */
export async function startHaproxy(gateways: readonly [string, string, ...string[]]): ReturnType<StartBalancer> {
  const [first, second, ...others] = gateways
  const [port] = (await freePorts(1)) as [number]
  const text = await readFile(`${DEPLOY}haproxy/haproxy.cfg`, 'utf8')
  const servers = others.map((address, i) => `    server gateway-${i + 3} ${address}\n`)
  const environment = { LISTEN: `127.0.0.1:${port}`, GATEWAY_1: first, GATEWAY_2: second }
  return await startWith('haproxy.cfg', text + servers.join(''), (file) =>
    start('haproxy', ['-db', '-f', file], environment, port),
  )
}

/** nginx with `deploy/nginx/nginx.conf`, the addresses in it replaced. */
export const startNginx: StartBalancer = async (gateways) => {
  const [port] = (await freePorts(1)) as [number]
  const text = await readFile(`${DEPLOY}nginx/nginx.conf`, 'utf8')
  const config = text
    .replace('gateway-1:8080', gateways[0])
    .replace('gateway-2:8080', gateways[1])
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
  return await startWith('nginx.conf', config, (file) => {
    const settings = `daemon off; error_log stderr; pid ${file}.pid;`
    return start('nginx', ['-e', 'stderr', '-c', file, '-g', settings], {}, port)
  })
}

/** Starts a balancer with this configuration, in a file that is deleted when it has ended. */
async function startWith(
  name: string,
  config: string,
  run: (file: string) => Promise<LoadBalancer>,
): Promise<LoadBalancer> {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-balancer-'))
  const remove = () => rm(folder, { recursive: true })
  try {
    const file = join(folder, name)
    await writeFile(file, config)
    const balancer = await run(file)
    return { ...balancer, stop: () => balancer.stop().then(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}

async function start(program: 'haproxy' | 'nginx', args: string[], env: NodeJS.ProcessEnv, port: number) {
  const path = onPath(program, process.env)
  if (path === undefined) throw new Error(`${program} is missing`)
  const child = spawn(path, args, { env })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log = (log + chunk).slice(-1_048_576)
    })
  }
  const exited = once(child, 'exit')
  exited.catch(() => {})
  await once(child, 'spawn')
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
  }
  const isUp = await eventually(`${program} listens`, DEADLINE_MS, 50, async () => {
    if (child.exitCode !== null) return false
    await (await fetch(`${url}/livez`)).arrayBuffer()
    return true
  }).catch(() => false)
  if (!isUp) {
    if (child.exitCode === null) await stop()
    throw new Error(`${program} does not listen:\n${log}`)
  }
  return { url, log: () => log, stop }
}
