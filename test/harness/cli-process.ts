import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { spawnDependent } from '../../dev/dependent-process.ts'
import { eventually } from '../../dev/kafka/eventually.ts'

/** The script of the `tillgate` command. */
export const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

/** What every program that a test starts has of this process's environment: compiled code is kept (`each-file.ts`). */
export const OWN_ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
}

/** Generous: a busy machine must not fail a test. */
export const DEADLINE_MS = 30_000

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A `tillgate` command in a process of its own, and everything that it wrote. */
export interface CliProcess {
  readonly child: ChildProcess
  /** Resolves when the process is gone and its output was read to the end. */
  readonly exited: Promise<Exit>
  stdout(): Buffer
  stderr(): string
  /** Both, as text. */
  output(): string
  /** Kills it by its process id if it still runs. Resolves when it is gone. */
  end(): Promise<void>
}

/** Runs `tillgate ...args` with only this environment. `stdout`: a file descriptor for its standard output. */
export function spawnCli(args: string[], env: NodeJS.ProcessEnv = {}, stdout: number | 'pipe' = 'pipe'): CliProcess {
  const child = spawnDependent(process.execPath, [CLI, ...args], {
    env: { ...OWN_ENVIRONMENT, ...env },
    stdio: ['ignore', stdout, 'pipe'],
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (chunk) => out.push(chunk))
  child.stderr?.on('data', (chunk) => err.push(chunk))
  const exited = new Promise<Exit>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  return {
    child,
    exited,
    stdout: () => Buffer.concat(out),
    stderr: () => Buffer.concat(err).toString(),
    output: () => Buffer.concat([...out, ...err]).toString(),
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
    },
  }
}

/** `tillgate serve` in a process of its own, ready or not. */
export interface ServeProcess extends CliProcess, Readiness {
  readonly url: string
  /** Of its operator's listener. */
  readonly adminUrl: string
  /** The log lines so far. Each must be JSON. */
  log(): Record<string, unknown>[]
  /** Resolves when a line of the log matches. */
  untilLogged(text: RegExp): Promise<void>
}

/** Variables of a gateway that takes any two ports, so that many can run on one machine. */
export const FREE_PORTS = { PORT: '0', ADMIN_PORT: '0' }

/** Starts `tillgate serve` on free ports; by default it asks for no tokens and drains at once. Resolves when it listens. */
export async function startServe(env: NodeJS.ProcessEnv): Promise<ServeProcess> {
  const variables = { HOST: '127.0.0.1', ...FREE_PORTS, AUTH: 'off', DRAIN_DELAY_MS: '0', ...env }
  const started = spawnCli(['serve'], variables)
  const log = () => parseLog(started.stdout().toString())
  try {
    const line = await eventually('tillgate serve listens or ends', DEADLINE_MS, 20, async () => {
      if (started.child.exitCode !== null) return null
      return log().find(({ msg }) => msg === 'listening') as { url: string; adminUrl: string } | undefined
    })
    if (line === null) throw new Error(`tillgate serve ended: ${started.output()}`)
    const { url, adminUrl } = line
    const untilLogged = async (text: RegExp) => {
      const isLogged = async () => text.test(started.stdout().toString()) || undefined
      await eventually(`a line of the log matches ${text}`, DEADLINE_MS, 25, isLogged)
    }
    return { ...started, url, adminUrl, log, untilLogged, ...readinessAt(adminUrl) }
  } catch (error) {
    await started.end()
    throw error
  }
}

/** The answer of the operator's `/readyz`, and how to wait for one. */
export interface Readiness {
  readiness(): Promise<{ status: number; ready: boolean; reasons: string[] }>
  /** Resolves when `/readyz` answers 200. */
  untilReady(): Promise<void>
  /** Resolves with the reasons when `/readyz` answers 503 and one of them contains `text`. */
  untilNotReady(text: string): Promise<string[]>
}

/** The readiness of the process whose operator's listener is at `adminUrl`, or soon will be. */
export function readinessAt(adminUrl: string): Readiness {
  const readiness = async () => {
    const answer = await fetch(`${adminUrl}/readyz`)
    const body = (await answer.json()) as { ready: boolean; reasons: string[] }
    return { status: answer.status, ...body }
  }
  return {
    readiness,
    untilReady: async () => {
      await eventually('ready', DEADLINE_MS, 25, async () => ((await readiness()).status === 200 ? true : undefined))
    },
    untilNotReady: (text) =>
      eventually(`not ready because of: ${text}`, DEADLINE_MS, 25, async () => {
        const { status, reasons } = await readiness()
        return status === 503 && reasons.some((reason) => reason.includes(text)) ? reasons : undefined
      }),
  }
}

function parseLog(text: string): Record<string, unknown>[] {
  const complete = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return complete.filter((line) => line !== '').map((line) => JSON.parse(line))
}
