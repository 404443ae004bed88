import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Arrival, Arrivals, ArrivingBody, GivenUp } from '../admission/arrivals.ts'
import type { BufferMemory, Reservation } from '../admission/buffer-memory.ts'
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
    const reading = new BodyReading(request.exchange as Exchange, request.raw.headers, rules, done)
    payload
      .on('data', (piece: Buffer) => reading.add(piece))
      .on('end', () => reading.end())
      .on('error', (error) => reading.finish(error))
    payload.resume()
    // From now on each piece comes when Node parses it; otherwise all that it has read would be parsed before.
    payload.read(0)
  }
}

/** A body that arrives. A class rather than closures, because there is one for every request. */
class BodyReading implements ArrivingBody {
  readonly reservation: Reservation
  readonly lengthBytes: number
  readonly #exchange: Exchange
  readonly #rules: BodyRules
  readonly #done: Done
  readonly #announcedBytes: number | null
  readonly #arrival: Arrival
  #memory: Buffer = NOTHING
  #arrivedBytes = 0
  #pieces = 0
  #isFinished = false

  constructor(exchange: Exchange, headers: IncomingHttpHeaders, rules: BodyRules, done: Done) {
    this.#exchange = exchange
    this.#rules = rules
    this.#done = done
    this.#announcedBytes = announcedLength(headers)
    this.reservation = reservationOf({ exchange })
    this.lengthBytes = this.#announcedBytes ?? rules.maxBodyBytes(headers)
    this.#arrival = rules.arrivals.begin(this, exchange.startedAtMs)
  }

  giveUp(why: GivenUp): void {
    this.finish(GIVEN_UP[why])
  }

  add(piece: Buffer): void {
    if (this.#isFinished) return
    const bytes = this.#arrivedBytes + piece.length
    this.#pieces++
    if (this.#pieces > MAX_TINY_PIECES && bytes < this.#pieces * MIN_PIECE_BYTES) this.finish(TINY_PIECES)
    else if (bytes > this.lengthBytes) this.finish(tooLarge(this.#exchange.route))
    else if (this.#isAll(bytes) ? this.#take(piece) : this.#gather(piece, bytes)) this.#arrivedBytes = bytes
    else this.finish(this.#whyNoRoom(piece.length))
  }

  end(): void {
    if (this.#isFinished) return
    const problem = this.#whyNotTaken()
    if (problem !== null) {
      this.finish(problem)
      return
    }
    if (this.#arrivedBytes < this.#memory.length) {
      this.reservation.resize(this.reservation.sizeBytes - this.#memory.length + this.#arrivedBytes)
      this.#memory = ownMemory(this.#memory.subarray(0, this.#arrivedBytes))
    }
    this.finish(null, this.#memory)
  }

  /** Only the first call counts. Whatever comes afterwards is passed over. */
  finish(error: Error | null, body?: Buffer): void {
    if (this.#isFinished) return
    this.#isFinished = true
    this.#memory = NOTHING
    this.#rules.arrivals.end(this.#arrival)
    this.#exchange.sender?.charge(this.#pieces * PIECE_MS)
    this.#done(error, body)
  }

  /** Whether the piece that makes the body so long is the first and the last one. */
  #isAll(bytes: number): boolean {
    return this.#arrivedBytes === 0 && bytes === this.#announcedBytes
  }

  /** Takes a body that comes in one piece. `false`: there is no room. */
  #take(piece: Buffer): boolean {
    if (!this.reservation.resize(this.reservation.sizeBytes + piece.length)) return false
    this.#memory = ownMemory(piece)
    return true
  }

  /** Adds a piece, with which the body has `bytes`. `false`: there is no room. */
  #gather(piece: Buffer, bytes: number): boolean {
    const memory = this.#memory
    const enoughBytes = bytes <= memory.length ? memory.length : Math.max(bytes, 2 * memory.length, LEAST_BYTES)
    const sizeBytes = Math.min(enoughBytes, this.lengthBytes)
    if (!this.#rules.arrivals.grow(this.#arrival, piece.length, sizeBytes)) return false
    if (sizeBytes > memory.length) {
      this.#memory = Buffer.allocUnsafeSlow(sizeBytes)
      memory.copy(this.#memory, 0, 0, this.#arrivedBytes)
    }
    piece.copy(this.#memory, bytes - piece.length)
    return true
  }

  #whyNoRoom(bytes: number): Problem {
    return this.#rules.memoryOf(this.#exchange.sender as Sender).hasRoom(bytes) ? SATURATED : SENDER_MEMORY
  }

  #whyNotTaken(): Problem | null {
    if (this.#announcedBytes !== null && this.#arrivedBytes !== this.#announcedBytes) return incomplete()
    if (this.#arrivedBytes === 0) return this.#rules.emptyProblem
    const entered = this.#rules.enter?.()
    if (entered?.kind === 'refused') return overloaded(entered)
    this.#exchange.leave = entered?.leave ?? null
    return null
  }
}

/** Memory that holds these bytes alone, and that can be moved to another thread. */
function ownMemory(bytes: Buffer): Buffer {
  if (bytes.length === bytes.buffer.byteLength) return bytes
  const own = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(own)
  return own
}
