import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Arrivals, GivenUp } from '../admission/arrivals.ts'
import type { BufferMemory } from '../admission/buffer-memory.ts'
import type { Entry } from '../admission/live-limit.ts'
import { SENDER_MEMORY, type Sender } from '../admission/senders.ts'
import { Problem } from '../errors.ts'
import { overloaded, SATURATED } from './admission.ts'
import { announcedLength } from './announced-length.ts'
import { type Exchange, reservationOf } from './exchange.ts'
import { incomplete, tooLarge } from './to-problem.ts'

export interface BodyRules {
  readonly arrivals: Arrivals
  readonly maxBodyBytes: (headers: IncomingMessage['headers']) => number
  /** Takes a place among the requests in flight when the body is there. Without it their number is not bounded. */
  readonly enter?: () => Entry
  /** Where the bytes of a sender are counted. */
  readonly memoryOf: (sender: Sender) => BufferMemory
  /** The answer to a request without a body. */
  readonly emptyProblem: Problem
}

type Done = (error: Error | null, body?: Buffer) => void

const headers = { connection: 'close' }
const GIVEN_UP: Readonly<Record<GivenUp, Problem>> = {
  'too-slow': new Problem('request-timeout', 'The body arrives too slowly. Send the same document again.', {
    headers,
    bound: 'body-rate',
  }),
  'no-room': new Problem('saturated', 'Too many bodies arrive at the same time. Send the same document again.', {
    headers,
    bound: 'arriving-bodies',
  }),
}

const NOTHING = Buffer.alloc(0)
/** Beyond so many pieces, they must have `MIN_PIECE_BYTES` on average: each costs as much as reading some hundred bytes. */
const MAX_TINY_PIECES = 4_096
const MIN_PIECE_BYTES = 32
const TINY_PIECES = new Problem('bad-request', 'The body comes in thousands of tiny pieces. Send it in larger ones.', {
  headers,
})
/** About what a piece takes of the main thread, whatever its length: it counts against the sender. */
const PIECE_MS = 0.002
/** The least memory that a body takes that comes in several pieces. */
const LEAST_BYTES = 1_024

/**
 * The content type parser that reads the body of an admitted request, into memory of its own. A body that comes in one
 * piece, as those of tills do, is taken as it is. Any other is gathered in memory that doubles as it arrives; so many
 * tiny pieces take no more than a few large ones. All of it is in the request's reservation.
 */
export function bodyReader(rules: BodyRules) {
  return (request: FastifyRequest, payload: IncomingMessage, done: Done): void => {
    readBody(request.exchange as Exchange, payload, request.raw, rules, done)
  }
}

function readBody(
  exchange: Exchange,
  payload: IncomingMessage,
  { headers }: IncomingMessage,
  { arrivals, maxBodyBytes, enter, memoryOf, emptyProblem }: BodyRules,
  done: Done,
): void {
  const reservation = reservationOf({ exchange })
  const announcedBytes = announcedLength(headers)
  const lengthBytes = announcedBytes ?? maxBodyBytes(headers)
  const giveUp = (why: GivenUp) => finish(GIVEN_UP[why])
  const arrival = arrivals.begin({ reservation, lengthBytes, giveUp }, exchange.startedAtMs)
  let memory: Buffer = NOTHING
  let arrivedBytes = 0
  let pieces = 0
  let isFinished = false

  function finish(error: Error | null, body?: Buffer): void {
    if (isFinished) return
    isFinished = true
    memory = NOTHING
    payload.off('data', onData).off('end', onEnd).off('error', onError)
    arrivals.end(arrival)
    exchange.sender?.charge(pieces * PIECE_MS)
    done(error, body)
  }

  function onData(piece: Buffer): void {
    const bytes = arrivedBytes + piece.length
    pieces++
    if (pieces > MAX_TINY_PIECES && bytes < pieces * MIN_PIECE_BYTES) finish(TINY_PIECES)
    else if (bytes > lengthBytes) finish(tooLarge(exchange.route))
    else if (arrivedBytes === 0 && bytes === announcedBytes ? take(piece) : gather(piece, bytes)) arrivedBytes = bytes
    else finish(whyNoRoom(piece.length))
  }

  /** Takes a body that comes in one piece. `false`: there is no room. */
  function take(piece: Buffer): boolean {
    if (!reservation.resize(reservation.sizeBytes + piece.length)) return false
    memory = ownMemory(piece)
    return true
  }

  /** Adds a piece, with which the body has `bytes`. `false`: there is no room. */
  function gather(piece: Buffer, bytes: number): boolean {
    const enoughBytes = bytes <= memory.length ? memory.length : Math.max(bytes, 2 * memory.length, LEAST_BYTES)
    const sizeBytes = Math.min(enoughBytes, lengthBytes)
    if (!arrivals.grow(arrival, piece.length, sizeBytes)) return false
    if (sizeBytes > memory.length) {
      const larger = Buffer.allocUnsafeSlow(sizeBytes)
      memory.copy(larger, 0, 0, arrivedBytes)
      memory = larger
    }
    piece.copy(memory, bytes - piece.length)
    return true
  }

  function whyNoRoom(bytes: number): Problem {
    return memoryOf(exchange.sender as Sender).hasRoom(bytes) ? SATURATED : SENDER_MEMORY
  }

  function onEnd(): void {
    const problem = whyNotTaken()
    if (problem !== null) {
      finish(problem)
      return
    }
    if (arrivedBytes < memory.length) {
      reservation.resize(reservation.sizeBytes - memory.length + arrivedBytes)
      memory = ownMemory(memory.subarray(0, arrivedBytes))
    }
    finish(null, memory)
  }

  function whyNotTaken(): Problem | null {
    if (announcedBytes !== null && arrivedBytes !== announcedBytes) return incomplete()
    if (arrivedBytes === 0) return emptyProblem
    const entered = enter?.()
    if (entered?.kind === 'refused') return overloaded(entered)
    exchange.leave = entered?.leave ?? null
    return null
  }

  const onError = (error: Error) => finish(error)
  payload.on('data', onData).on('end', onEnd).on('error', onError)
  payload.resume()
  // From now on each piece comes when Node parses it; otherwise all that it has read would be parsed before.
  payload.read(0)
}

/** Memory that holds these bytes alone, and that can be moved to another thread. */
function ownMemory(bytes: Buffer): Buffer {
  if (bytes.length === bytes.buffer.byteLength) return bytes
  const own = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(own)
  return own
}
