import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { Type } from '@sinclair/typebox'
import { HASH_BYTES } from './content.ts'
import { DamagedValue } from './damaged-value.ts'
import type { Journal, NumberRange, RecentNumber } from './journal.ts'
import { PackedReader, PackedWriter } from './packed.ts'

/**
 * The packed form of a journal: what `.journals` holds, and also what memory holds, as a text of one-byte characters.
 * 400,000 journals are too many for objects.
 *
 *     version  touchedMs  how long before that uploadedMs was  through
 *     count, then for each range of `ahead`:   distance from the end before it, length
 *     count, then for each number of `recent`: distance*, 8 bytes of hash, distance of rawOffset, distance* of receivedAtMs
 *     CRC-32 of all that
 *
 * All numbers are varints; those with a star may go back, and are zigzag. A distance is from the entry before.
 */
const VERSION = 1

const CHECKSUM_BYTES = 4

/** The value of a journal's record, for documents: its bytes as characters; null deletes what was known. */
export const JournalValueSchema = Type.Union(
  [
    Type.String({
      contentEncoding: 'binary',
      minLength: 1 + CHECKSUM_BYTES,
      pattern: `^\\u000${VERSION}`,
      description: 'The version of the packed form, the form, and its CRC-32: bytes, each as one character.',
    }),
    Type.Null({ description: 'The journal is forgotten.' }),
  ],
  { description: 'What is known of a journal: which numbers were taken, and the contents of the latest.' },
)

/** The most bytes of a range, and of a recent number: what a journal's packed form can take at most. */
const [RANGE_BYTES, RECENT_BYTES, HEAD_BYTES] = [14, 30, 32] as const

/** A bound of the packed form's length, without packing it. */
export function packedBound({ ahead, recent }: Journal): number {
  return HEAD_BYTES + RANGE_BYTES * ahead.length + RECENT_BYTES * recent.length
}

/** By how much one more number can lengthen the packed form. */
export const MOST_BYTES_A_NUMBER = RANGE_BYTES + RECENT_BYTES

const writer = new PackedWriter()

/** Packs a journal. The text is for memory; `Buffer.from(packed, 'latin1')` is the value of its record. */
export function packJournal({ touchedMs, uploadedMs, through, ahead, recent }: Journal): string {
  writer.begin()
  writer.byte(VERSION)
  writer.whole(touchedMs)
  writer.whole(touchedMs - uploadedMs)
  writer.whole(through)
  writer.whole(ahead.length)
  let end = through
  for (const [first, last] of ahead) {
    writer.whole(first - end)
    writer.whole(last - first)
    end = last
  }
  writer.whole(recent.length)
  let [number, offset, receivedMs] = [0, 0, 0]
  for (const { sequenceNumber, contentHash, rawOffset, receivedAtMs } of recent) {
    writer.signed(sequenceNumber - number)
    writer.text(contentHash)
    writer.whole(rawOffset - offset)
    writer.signed(receivedAtMs - receivedMs)
    number = sequenceNumber
    offset = rawOffset
    receivedMs = receivedAtMs
  }
  writer.checksum()
  return writer.end()
}

/** Unpacks what `packJournal` has made in this process. */
export function unpackJournal(packed: string): Journal {
  const reader = new PackedReader(packed)
  reader.byte() // the version
  const touchedMs = reader.whole()
  const uploadedMs = touchedMs - reader.whole()
  const through = reader.whole()
  const ahead: NumberRange[] = []
  let end = through
  for (let left = reader.whole(); left > 0; left--) {
    const first = end + reader.whole()
    end = first + reader.whole()
    ahead.push([first, end])
  }
  const recent: RecentNumber[] = []
  let [sequenceNumber, rawOffset, receivedAtMs] = [0, 0, 0]
  for (let left = reader.whole(); left > 0; left--) {
    sequenceNumber += reader.signed()
    const contentHash = reader.text(HASH_BYTES)
    rawOffset += reader.whole()
    receivedAtMs += reader.signed()
    recent.push({ sequenceNumber, contentHash, rawOffset, receivedAtMs })
  }
  if (reader.at !== packed.length - CHECKSUM_BYTES) throw new DamagedValue('it does not end where it should')
  return { through, ahead, recent, touchedMs, uploadedMs }
}

/** Whether a number was taken before, without unpacking what is remembered of the latest. */
export function isTakenIn(packed: string, sequenceNumber: number): boolean {
  const reader = new PackedReader(packed)
  reader.byte()
  reader.whole()
  reader.whole()
  let end = reader.whole()
  if (sequenceNumber <= end) return true
  for (let left = reader.whole(); left > 0; left--) {
    const first = end + reader.whole()
    end = first + reader.whole()
    if (sequenceNumber <= end) return sequenceNumber >= first
  }
  return false
}

/** The partition's time when a number of the journal was last taken, without unpacking the rest. */
export function lastTouchMs(packed: string): number {
  const reader = new PackedReader(packed)
  reader.byte()
  return reader.whole()
}

/**
 * The packed form in the value of a record. Throws `DamagedValue` if it is of another version, or if it is not to the
 * byte what a stage has written.
 */
export function packedIn(value: Buffer): string {
  if (value.length <= CHECKSUM_BYTES) throw new DamagedValue(`it has only ${value.length} bytes`)
  const [version] = value
  if (version !== VERSION) throw new DamagedValue(`it is of version ${version}; this program knows version ${VERSION}`)
  const end = value.length - CHECKSUM_BYTES
  if (crc32(value.subarray(0, end)) !== value.readUInt32BE(end)) throw new DamagedValue('its checksum is wrong')
  return value.toString('latin1')
}

/** The value of the record with this packed form. */
export function journalValue(packed: string): Buffer {
  return Buffer.from(packed, 'latin1')
}
