import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawnDependent } from '../../dev/dependent-process.ts'
import { freePorts } from '../../dev/kafka/ports.ts'
import { CLI, type Exit, OWN_ENVIRONMENT } from './cli-process.ts'
import { residentBytesOf } from './resident-bytes.ts'

const READY_TIMEOUT_MS = 60_000

/**
 * A gateway in a process of its own, so that it can be killed, frozen and started again on the same port. The last
 * megabyte that it wrote is kept.
 */
export class GatewayProcess {
  readonly url: string
  /** Of its operator's listener. */
  readonly adminUrl: string
  readonly #environment: NodeJS.ProcessEnv
  readonly #command: readonly [string, ...string[]]
  #child: ChildProcess | undefined
  #exit: Promise<Exit> | undefined
  #output = ''

  private constructor(
    [port, adminPort]: readonly [number, number],
    environment: NodeJS.ProcessEnv,
    command: readonly [string, ...string[]],
  ) {
    this.url = `http://127.0.0.1:${port}`
    this.adminUrl = `http://127.0.0.1:${adminPort}`
    this.#command = command
    const ports = { PORT: String(port), ADMIN_PORT: String(adminPort) }
    this.#environment = { ...OWN_ENVIRONMENT, HOST: '127.0.0.1', ...ports, AUTH: 'off', ...environment }
  }

  /**
   * Starts a gateway and resolves when it is ready; if it does not get ready, it is ended. `program`: a script and its
   * arguments, instead of `tillgate serve`. `wrapper`: a command that becomes the one it is given.
   */
  static async start(
    environment: NodeJS.ProcessEnv,
    program = [CLI, 'serve'],
    wrapper: readonly string[] = [],
  ): Promise<GatewayProcess> {
    const ports = (await freePorts(2)) as [number, number]
    const command = [...wrapper, process.execPath, ...program] as [string, ...string[]]
    const gateway = new GatewayProcess(ports, environment, command)
    gateway.launch()
    try {
      await gateway.ready()
    } catch (error) {
      await gateway.end('SIGKILL')
      throw error
    }
    return gateway
  }

  get pid(): number {
    assert.ok(this.#child?.pid)
    return this.#child.pid
  }

  /** The last megabyte that it wrote. */
  get output(): string {
    return this.#output
  }

  /** Resident memory in bytes; 0 if it is not running. */
  get residentBytes(): number {
    try {
      return residentBytesOf(this.pid)
    } catch {
      return 0
    }
  }

  /** Starts the process, or starts it again. Does not wait for anything. */
  launch(): void {
    const [file, ...args] = this.#command
    const child = spawnDependent(file, args, { env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.#exit = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output = (this.#output + chunk).slice(-1_048_576)
      })
    }
  }

  /** Resolves when it is ready. Rejects with its output when that takes too long or it ends. */
  async ready(): Promise<void> {
    const deadlineMs = performance.now() + READY_TIMEOUT_MS
    while ((await this.status('/readyz')) !== 200) {
      assert.ok(performance.now() < deadlineMs, `not ready: ${this.#output.slice(-2_000)}`)
      assert.equal(this.#child?.exitCode, null, `it ended: ${this.#output.slice(-2_000)}`)
      await sleep(20)
    }
  }

  /** The status of a GET, or `null` if there is no answer within two seconds. */
  async status(path: string): Promise<number | null> {
    try {
      const response = await fetch(this.url + path, { signal: AbortSignal.timeout(2_000) })
      await response.arrayBuffer()
      return response.status
    } catch {
      return null
    }
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  /** Sends the signal and resolves when the process has ended. */
  async end(signal: NodeJS.Signals): Promise<Exit> {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) this.signal(signal)
    return (await this.#exit) as Exit
  }
}
