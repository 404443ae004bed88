import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK } from 'jose'
import { newKey, tokenOf } from '../auth/tokens.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import type { Attacked } from './run-attack.ts'

const SCRAPE_TIMEOUT_MS = 10_000
/** What the gateway measures itself, or else what prom-client does. */
const BLOCKS = ['tillgate_event_loop_longest_block_seconds', 'nodejs_eventloop_lag_max_seconds']

/** A gateway with its settings as shipped. */
export interface AttackedGateway extends Attacked {
  readonly isAlive: boolean
  /** The last that it logged. */
  readonly output: string
  stop(): Promise<void>
}

export async function startAttacked(bootstrap: readonly string[], auth: 'off' | 'required'): Promise<AttackedGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-attack-'))
  const secrets = auth === 'required' ? await writeKeys(folder) : {}
  const gateway = await GatewayProcess.start({
    KAFKA_BROKERS: bootstrap.join(),
    MALLOC_ARENA_MAX: '1', // as in the image
    DRAIN_DELAY_MS: '0',
    AUTH: auth,
    ...(auth === 'required' ? { AUTH_JWKS_FILE: join(folder, 'keys.json') } : {}),
  })
  return {
    url: gateway.url,
    ...secrets,
    get residentBytes() {
      return gateway.residentBytes
    },
    get isAlive() {
      return gateway.residentBytes > 0
    },
    get output() {
      return gateway.output
    },
    longestBlockMs: () => longestBlockMs(gateway.adminUrl),
    stop: async () => {
      await gateway.end('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function writeKeys(folder: string): Promise<{ token: string; key: string }> {
  const key = await newKey('attack')
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [key.publicJwk] }))
  const stores = ['UPLOADER', ...[0, 1, 2, 3].map((i) => `TILL${i}`)]
  const token = await tokenOf(key, { stores, terminals: '*' })
  return { token, key: JSON.stringify({ ...(await exportJWK(key.privateKey)), kid: key.kid }) }
}

async function longestBlockMs(url: string): Promise<number | undefined> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) }).catch(
    () => undefined,
  )
  const text = answer?.ok ? await answer.text().catch(() => '') : ''
  for (const name of BLOCKS) {
    const line = text.split('\n').find((line) => line.startsWith(`${name} `))
    if (line !== undefined) return 1_000 * Number(line.slice(name.length + 1))
  }
  return undefined
}
