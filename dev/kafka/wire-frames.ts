/** A request or response as it passes the proxy. */
export interface Frame {
  direction: 'request' | 'response'
  /** Kafka's number of the request type, such as 0 for Produce. A response has that of its request. -1: unknown. */
  apiKey: number
  apiVersion: number
  correlationId: number
  /** On the wire, including the size field. */
  sizeBytes: number
  /** Of AddPartitionsToTxn and EndTxn. */
  transactionalId?: string
}

/** Kafka's own limit for a request, and more than any response that a client here asks for. */
const MAX_FRAME_BYTES = 100 * 1024 * 1024

/** Cuts a stream into Kafka's frames: each a 4-byte size and that many bytes. Throws on a size Kafka would not send. */
export async function* splitFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = []
  let length = 0
  let needed = SIZE_BYTES
  for await (const chunk of chunks) {
    parts.push(chunk)
    length += chunk.length
    if (length < needed) continue // joined only when a frame is whole, so that a large one is copied once
    let bytes = Buffer.concat(parts)
    needed = frameBytes(bytes)
    while (bytes.length >= needed) {
      yield bytes.subarray(0, needed)
      bytes = bytes.subarray(needed)
      needed = frameBytes(bytes)
    }
    parts = [bytes]
    length = bytes.length
  }
}

/** The length of the frame that `bytes` begin with or, until that is known, how many bytes are needed to know it. */
function frameBytes(bytes: Buffer): number {
  if (bytes.length < SIZE_BYTES) return SIZE_BYTES
  const size = bytes.readInt32BE(0)
  if (size < 4 || size > MAX_FRAME_BYTES) throw new Error(`${size} is not the size of a Kafka frame`)
  return SIZE_BYTES + size
}

const SIZE_BYTES = 4
/** AddPartitionsToTxn, EndTxn: what follows the header is the transactional id, in the versions that kafkajs speaks. */
const OF_TRANSACTIONS: ReadonlySet<number> = new Set([24, 26])
const CLIENT_ID_AT = 12

/** Identifies the frames of one connection. A response carries only its correlation id, so requests are remembered. */
export class FrameReader {
  readonly #unanswered: Frame[] = []

  request(bytes: Buffer): Frame {
    const apiKey = bytes.readInt16BE(4)
    const frame: Frame = {
      direction: 'request',
      apiKey,
      apiVersion: bytes.readInt16BE(6),
      correlationId: bytes.readInt32BE(8),
      sizeBytes: bytes.length,
      ...(OF_TRANSACTIONS.has(apiKey) ? { transactionalId: transactionalIdIn(bytes) } : {}),
    }
    this.#unanswered.push(frame)
    return frame
  }

  response(bytes: Buffer): Frame {
    const correlationId = bytes.readInt32BE(4)
    const unknown: Pick<Frame, 'apiKey' | 'apiVersion' | 'transactionalId'> = { apiKey: -1, apiVersion: -1 }
    // A broker answers requests in order, so earlier ones will get no answer (dropped, or acks=0).
    const at = this.#unanswered.findIndex((request) => request.correlationId === correlationId)
    const { apiKey, apiVersion, transactionalId } = this.#unanswered.splice(0, at + 1).at(-1) ?? unknown
    const named = transactionalId === undefined ? {} : { transactionalId }
    return { direction: 'response', apiKey, apiVersion, correlationId, sizeBytes: bytes.length, ...named }
  }
}

function transactionalIdIn(bytes: Buffer): string {
  const at = CLIENT_ID_AT + 2 + Math.max(0, bytes.readInt16BE(CLIENT_ID_AT)) // -1: no client id
  return bytes.toString('utf8', at + 2, at + 2 + bytes.readInt16BE(at))
}
