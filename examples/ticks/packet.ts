import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Coding } from '../../src/uploads/inflate.ts'
import type { ByteStream } from './byte-stream.ts'

/*
 * A packet on the wire: its length (4 bytes, of all that follows), its coding (1 byte: 1 gzip, 2 zstd), its number
 * (4 bytes, the feed's own), and a compressed text. All numbers are big-endian and unsigned. The text has one tick a line:
 *
 *     symbol,sequence,time,price,size\n
 *     ACME,17,1764000000000123,-12345,100\n
 *
 * - symbol: 1 to 12 of A-Z, 0-9 and the full stop; it is the record's key
 * - sequence: from 1 on, of the symbol; rises within a packet. Symbol and sequence are the tick's identity
 * - time: microseconds since 1970, 16 digits
 * - price: in minor units, up to 15 digits, perhaps negative; size: from 1 on, up to 12 digits
 *
 * No leading zeros, no white space, a line feed behind every tick. The record's value is the line without it.
 */

const CODES: Readonly<Record<Coding, number>> = { gzip: 1, zstd: 2 }
const HEADER_BYTES = 9
const HEADER_BYTES_COUNTED = 5

/** One packet as it came in. `body` is compressed, in memory of its own. */
export interface Packet {
  readonly number: number
  readonly coding: Coding
  readonly body: Uint8Array<ArrayBuffer>
}

/** The stream is malformed: nobody knows where the next packet begins. */
export class FramingFault extends Error {}

/** The next packet; `null` when the stream ends, even inside a packet. Throws `FramingFault`. */
export async function readPacket(stream: ByteStream, maxBodyBytes: number): Promise<Packet | null> {
  const bytes = await stream.take(HEADER_BYTES)
  if (bytes === null) return null
  const header = Buffer.from(bytes.buffer)
  const bodyBytes = header.readUInt32BE(0) - HEADER_BYTES_COUNTED
  if (bodyBytes < 1 || bodyBytes > maxBodyBytes) throw new FramingFault('length')
  const coding = (Object.keys(CODES) as Coding[]).find((name) => CODES[name] === header[4])
  if (coding === undefined) throw new FramingFault('coding')
  const body = await stream.take(bodyBytes)
  return body === null ? null : { number: header.readUInt32BE(5), coding, body }
}

const gzip = promisify(zlib.gzip)
const zstd = promisify(zlib.zstdCompress)

/** A packet's bytes on the wire. */
export async function encodePacket(number: number, coding: Coding, text: string): Promise<Buffer> {
  const body = await (coding === 'gzip' ? gzip(text) : zstd(text))
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(HEADER_BYTES_COUNTED + body.length, 0)
  header[4] = CODES[coding]
  header.writeUInt32BE(number, 5)
  return Buffer.concat([header, body])
}
