import { setTimeout as sleep } from 'node:timers/promises'
import { type Attack, head, type Means } from './attack.ts'

/** What the connections of an attack do: the ways of which attacks are made. */
type Use = Attack['use']
/** Bytes, or how to make them for each request: `count` counts the requests of the connection. */
type Sent =
  | Buffer
  | string
  | ((index: number, count: number, means: Means) => Buffer | string | Promise<Buffer | string>)

function bytesOf(sent: Sent, index: number, count: number, means: Means) {
  return typeof sent === 'function' ? sent(index, count, means) : sent
}

/** Sends this and then nothing more, for as long as the gateway lets it. */
export function hold(sent: Sent): Use {
  return async (connection, index, means) => {
    await connection.send(await bytesOf(sent, index, 0, means))
    await connection.closed
  }
}

/** Sends a beginning, and then a little more at intervals, for ever. */
export function drip(start: Sent, drop: Buffer | string, everyMs: number): Use {
  return async (connection, index, means) => {
    await connection.send(await bytesOf(start, index, 0, means))
    while (connection.isOpen) {
      await sleep(everyMs)
      await connection.send(drop)
    }
  }
}

/** Sends `pipelined` requests at a time and reads their answers, as quickly as the gateway answers. */
export function flood(sent: Sent, { pipelined = 1, hasBodies = true } = {}): Use {
  return async (connection, index, means) => {
    if (!hasBodies) connection.expectNoBodies()
    for (let count = 0; connection.isOpen; count += pipelined) {
      const all = Array.from({ length: pipelined }, (_, i) => bytesOf(sent, index, count + i, means))
      const requests = (await Promise.all(all)).map((one) => (typeof one === 'string' ? Buffer.from(one) : one))
      await connection.send(requests.length === 1 ? requests[0]! : Buffer.concat(requests))
      for (let i = 0; i < pipelined; i++) await connection.answer()
    }
  }
}

/** After so many, the other connections and the report have their turn. */
const SENDS_PER_TURN = 8

/** Sends requests and reads no answer. */
export function unread(sent: Sent): Use {
  return async (connection, index, means) => {
    connection.stopReading()
    for (let count = 0; connection.isOpen; count++) {
      await connection.send(await bytesOf(sent, index, count, means))
      // A write that succeeds at once is called back before anything else of this process has its turn.
      if (count % SENDS_PER_TURN === SENDS_PER_TURN - 1) await new Promise(setImmediate)
    }
  }
}

/** Sends this, breaks the connection off, and comes again. */
export function churn(sent: Sent): Use {
  return async (connection, index, means) => {
    await connection.send(await bytesOf(sent, index, 0, means))
    connection.reset()
  }
}

/** A request without a body. */
export function get(path: string, fields: Record<string, string> = {}): string {
  return head(`GET ${path}`, fields)
}
