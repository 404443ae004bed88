import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '../../dev/kafka/eventually.ts'
import { freePorts } from '../../dev/kafka/ports.ts'

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url))
const DEADLINE_MS = 10_000

/** A real load balancer in a process of its own, in front of two gateways. */
export interface LoadBalancer {
  /** Where tills send to, `http://127.0.0.1:port`. */
  readonly url: string
  /** Everything it logged. */
  log(): string
  /** Ends it and resolves when it is gone. */
  stop(): Promise<void>
}

/** HAProxy with `deploy/haproxy/haproxy.cfg`; `gateways`: `host:port` of each. Resolves when it listens. */
export async function startHaproxy(gateways: readonly [string, string]): Promise<LoadBalancer> {
  const [port] = (await freePorts(1)) as [number]
  const environment = { LISTEN: `127.0.0.1:${port}`, GATEWAY_1: gateways[0], GATEWAY_2: gateways[1] }
  return await start('haproxy', ['-db', '-f', `${DEPLOY}haproxy/haproxy.cfg`], environment, port)
}

/** nginx with `deploy/nginx/nginx.conf`, the addresses in it replaced. Resolves when it listens. */
export async function startNginx(gateways: readonly [string, string]): Promise<LoadBalancer> {
  const [port] = (await freePorts(1)) as [number]
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-nginx-'))
  const text = await readFile(`${DEPLOY}nginx/nginx.conf`, 'utf8')
  const config = text
    .replace('gateway-1:8080', gateways[0])
    .replace('gateway-2:8080', gateways[1])
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
  await writeFile(join(folder, 'nginx.conf'), config)
  const settings = `daemon off; error_log stderr; pid ${folder}/nginx.pid;`
  const nginx = await start('nginx', ['-e', 'stderr', '-c', `${folder}/nginx.conf`, '-g', settings], {}, port)
  const stop = async () => {
    await nginx.stop()
    await rm(folder, { recursive: true })
  }
  return { ...nginx, stop }
}

async function start(program: 'haproxy' | 'nginx', args: string[], env: NodeJS.ProcessEnv, port: number) {
  // Debian keeps both where only root's PATH looks.
  const child = spawn(program, args, { env: { PATH: `${process.env.PATH}:/usr/sbin`, ...env } })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log = (log + chunk).slice(-1_048_576)
    })
  }
  const exited = once(child, 'exit')
  exited.catch(() => {})
  await once(child, 'spawn').catch((cause) => {
    throw new Error(`${program} is missing: apt-get install ${program === 'nginx' ? 'nginx-light' : program}`, {
      cause,
    })
  })
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
