import { connect, type Socket } from 'node:net'
import { AnswerReader } from './answer-reader.ts'

/** What an attacker has done so far. */
export interface Tally {
  /** How often it tried to connect, and how often it was let in. */
  attempts: number
  connections: number
  sends: number
  bytesSent: number
  /** Answers by status. */
  readonly answers: Record<number, number>
}

export function newTally(): Tally {
  return { attempts: 0, connections: 0, sends: 0, bytesSent: 0, answers: {} }
}

/** Whether all of an attack's connections were tried, and something was sent. */
export function isUnderWay(tally: Tally, connections: number): boolean {
  return tally.attempts >= connections && tally.sends > 0
}

/** One connection of an attacker. Nothing here throws when the gateway closes it: `isOpen` tells, and waits end. */
export class AttackConnection {
  readonly #socket: Socket
  readonly #tally: Tally
  readonly #reader: AnswerReader
  readonly #waiting: (() => void)[] = []
  #unclaimed = 0
  isOpen = false
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>

  private constructor(socket: Socket, tally: Tally) {
    this.#socket = socket
    this.#tally = tally
    this.#reader = new AnswerReader((status) => {
      tally.answers[status] = (tally.answers[status] ?? 0) + 1
      const next = this.#waiting.shift()
      if (next === undefined) this.#unclaimed++
      else next()
    })
    socket.on('error', () => {})
    socket.on('data', (chunk) => this.#reader.read(chunk))
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.isOpen = false
        for (const next of this.#waiting.splice(0)) next()
        resolve()
      }),
    )
  }

  /** Connects from an address of the loopback network. Resolves also if the gateway does not let it in. */
  static open(port: number, localAddress: string | undefined, tally: Tally): Promise<AttackConnection> {
    const from = localAddress === undefined ? {} : { localAddress }
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, ...from })
    const connection = new AttackConnection(socket, tally)
    tally.attempts++
    return new Promise((resolve) => {
      socket.once('connect', () => {
        tally.connections++
        connection.isOpen = true
      })
      for (const event of ['connect', 'close']) socket.once(event, () => resolve(connection))
    })
  }

  /** Sends bytes. Resolves when the gateway's side took them, or the connection is closed. */
  send(bytes: Buffer | string): Promise<void> {
    this.#tally.sends++
    if (!this.isOpen) return Promise.resolve()
    const size = Buffer.byteLength(bytes)
    return new Promise((resolve) => {
      this.#socket.write(bytes, (error) => {
        if (error === null || error === undefined) this.#tally.bytesSent += size
        resolve()
      })
    })
  }

  /** Resolves when one more answer was read to its end, or the connection is closed. */
  answer(): Promise<void> {
    if (this.#unclaimed > 0) this.#unclaimed--
    else if (this.isOpen) return new Promise((resolve) => this.#waiting.push(resolve))
    return Promise.resolve()
  }

  /** From now on the answers to this are known to have no body. */
  expectNoBodies(): void {
    this.#reader.hasBodies = false
  }

  /** Reads no answers any more. */
  stopReading(): void {
    this.#socket.pause()
  }

  /** Breaks the connection off, as a client that crashes does. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  close(): void {
    this.#socket.destroy()
  }
}
