import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { spawnDependent } from '../dev/dependent-process.ts'
import { statFields } from '../dev/proc-stat.ts'
import { GatewayProcess } from '../test/harness/gateway-process.ts'
import type { LoadResult } from './load.ts'

const LOAD = fileURLToPath(new URL('load.ts', import.meta.url))
const TICKS_PER_SECOND = 100 // USER_HZ, the same on every Linux

/** The core of what is measured, and the core of everything else. */
export const CORES = { measured: '0', rest: '1' }

/** Binds a process and all of its threads to a core. */
export async function pin(pid: number, core: string): Promise<void> {
  await promisify(execFile)('taskset', ['-a', '-c', '-p', core, String(pid)])
}

/** Processor time that a process has used so far (all threads), in seconds. */
export function cpuSeconds(pid: number): number {
  return secondsOf(`/proc/${pid}`)
}

/** The same of its main thread alone. */
export function mainThreadCpuSeconds(pid: number): number {
  return secondsOf(`/proc/${pid}/task/${pid}`)
}

function secondsOf(folder: string): number {
  const fields = statFields(`${folder}/stat`)
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Starts a gateway on the measured core. It has the variables of `GATEWAY`, an object as JSON, too. */
export async function startPinnedGateway(bootstrap: string[], topic: string, environment: NodeJS.ProcessEnv = {}) {
  const gateway = await GatewayProcess.start({
    KAFKA_BROKERS: bootstrap.join(','),
    KAFKA_TOPIC: topic,
    KAFKA_PARTITIONS: '6',
    DRAIN_DELAY_MS: '0',
    ...environment,
    ...JSON.parse(process.env.GATEWAY ?? '{}'),
  })
  await pin(gateway.pid, CORES.measured)
  return gateway
}

/** Runs the load generator on the other core with these arguments. Resolves with its result. */
export async function runLoad(url: string, args: Record<string, string | number>): Promise<LoadResult> {
  const list = Object.entries({ url, ...args }).flatMap(([name, value]) => [`--${name}`, String(value)])
  const command = ['-c', CORES.rest, process.execPath, LOAD, ...list]
  const { code, out, errors } = await runDependent('taskset', command)
  if (code !== 0) throw new Error(`the load generator ended with ${code}: ${errors}`)
  return JSON.parse(out)
}

/** Runs a command to its end, which comes with that of this process at the latest. `code`: `null` if it was killed. */
export async function runDependent(command: string, args: readonly string[]) {
  const child = spawnDependent(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, errors] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    once(child, 'exit'),
  ])
  return { code: child.exitCode, out, errors }
}
