import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freezeProcess } from '../freeze-process.ts'
import { eventually } from './eventually.ts'
import { type Jvm, startJvm } from './jvm.ts'
import { type Address, fetchMetadata } from './metadata-request.ts'

/** One broker process. It is also one of the cluster's controllers, unless it was added later. */
export interface Broker {
  id: number
  /** Its direct address, `127.0.0.1:port`, which never changes. */
  address: string
  /** Where its second listener really listens, for a proxy to connect to. */
  proxiedTarget: Address
  /** Process id of the JVM; a new one after each start. Throws while the broker is down. */
  readonly pid: number
  logFile: string
  /** kill -9; resolves when the process is gone. The data stay. */
  kill(): Promise<void>
  /** Freezes the process. Once it resolves, its sockets stay open and accept connections, but nothing answers. */
  freeze(): Promise<void>
  /** Thaws a frozen broker (SIGCONT). */
  thaw(): void
  /** Orderly stop (SIGTERM, leadership handed over); kill -9 if that takes longer than `patienceMs`, default 30 s. */
  stop(patienceMs?: number): Promise<void>
  /** Resolves when the process has ended by itself; rejects after `timeoutMs`. */
  ended(timeoutMs: number): Promise<void>
  /** Starts it again on the same ports and data; resolves when it serves clients. */
  start(): Promise<void>
}

/** How a broker process is run. */
export interface BrokerProcess {
  id: number
  folder: string
  java: string
  /** Everything before the main class. */
  javaFlags: string[]
  direct: Address
  proxiedTarget: Address
  /** Called when the process ended and nobody here ended it, with what is known about it. */
  onEnd?: ((problem: string) => void) | undefined
}

const START_DEADLINE_MS = 120_000
const STOP_PATIENCE_MS = 30_000

/** A broker that is not running yet, over a folder with its `server.properties` and formatted `data`. */
export class BrokerControl implements Broker {
  readonly id: number
  readonly address: string
  readonly proxiedTarget: Address
  readonly logFile: string
  readonly #process: BrokerProcess
  #jvm: Jvm | undefined
  #isEnding = false

  constructor(process: BrokerProcess) {
    this.id = process.id
    this.address = `${process.direct.host}:${process.direct.port}`
    this.proxiedTarget = process.proxiedTarget
    this.logFile = join(process.folder, 'broker.log')
    this.#process = process
  }

  get pid(): number {
    return this.#running().pid
  }

  /** Stops waiting, and rejects, when `signal` is aborted; the process runs on. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.launch()
    await this.serves([this.id], signal)
  }

  /** Starts the process and resolves at once, for starting several together. */
  async launch(): Promise<void> {
    if (this.#jvm) throw new Error(`broker ${this.id} is running`)
    const { java, javaFlags, folder } = this.#process
    const args = [...javaFlags, 'kafka.Kafka', join(folder, 'server.properties')]
    const jvm = await startJvm(java, args, this.logFile)
    this.#jvm = jvm
    jvm.exited.then((status) => {
      this.#jvm = undefined
      if (!this.#isEnding) this.#process.onEnd?.(this.#obituary(status))
      this.#isEnding = false
    })
  }

  /**
   * Resolves when this broker answers clients and knows all of `brokerIds` as serving. Rejects if its process ends, and
   * when `signal` is aborted.
   */
  async serves(brokerIds: number[], signal?: AbortSignal): Promise<void> {
    const { exited } = this.#running()
    let ended: number | string | undefined
    exited.then((status) => {
      ended = status
    })
    const result = await eventually(`broker ${this.id} serving`, START_DEADLINE_MS, 50, async () => {
      if (ended !== undefined) return 'ended'
      if (signal?.aborted) return 'aborted'
      const known = (await fetchMetadata(this.#process.direct, 2_000)).brokerIds
      return brokerIds.every((id) => known.includes(id)) ? 'serving' : undefined
    })
    signal?.throwIfAborted()
    if (result === 'ended')
      throw new Error(`broker ${this.id} ended with ${ended} while starting:\n${this.#lastWords()}`)
  }

  async ended(timeoutMs: number): Promise<void> {
    await eventually(`broker ${this.id} ended`, timeoutMs, 50, async () => this.#jvm === undefined || undefined)
  }

  async freeze(): Promise<void> {
    await freezeProcess(this.pid)
  }

  thaw(): void {
    this.#running().signal('SIGCONT')
  }

  async kill(): Promise<void> {
    await this.#end(['SIGKILL'], STOP_PATIENCE_MS)
  }

  async stop(patienceMs = STOP_PATIENCE_MS): Promise<void> {
    await this.#end(['SIGCONT', 'SIGTERM'], patienceMs)
  }

  /**
   * Sends `signals`, then kill -9 after `patienceMs`. Resolves when the process is gone. Does nothing if it is down.
   */
  async #end(signals: NodeJS.Signals[], patienceMs: number): Promise<void> {
    const jvm = this.#jvm
    if (!jvm) return
    this.#isEnding = true
    for (const signal of signals) jvm.signal(signal)
    const deadline = new AbortController()
    const patience = sleep(patienceMs, undefined, { signal: deadline.signal }).catch(() => {})
    await Promise.race([jvm.exited, patience])
    deadline.abort()
    jvm.signal('SIGKILL')
    await jvm.exited
  }

  #running(): Jvm {
    if (!this.#jvm) throw new Error(`broker ${this.id} is not running`)
    return this.#jvm
  }

  /** Nobody has last words who is killed. */
  #obituary(status: number | string): string {
    if (status === 'SIGKILL') return `broker ${this.id} was killed (kill -9, or the system ran out of memory)`
    return `broker ${this.id} ended with ${status}:\n${this.#lastWords()}`
  }

  #lastWords(): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
  }
}
