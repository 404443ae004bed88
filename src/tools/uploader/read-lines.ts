import type { PrefixHash } from './prefix-hash.ts'

/** One line of a journal that is not blank. */
export interface JournalLine {
  /** Counted from 1; blank lines count. */
  readonly number: number
  /** Where it starts in the journal, inflated. */
  readonly start: number
  /** Where the next line starts. */
  readonly end: number
  /** Without surrounding white space, as the gateway puts it into Kafka. Null: too long to hold. */
  readonly bytes: Buffer | null
}

const NOTHING = Buffer.alloc(0)
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])
const [TAB, LF, CR, SPACE] = [0x09, 0x0a, 0x0d, 0x20] as const

/** An incomplete last line: it has no line feed and is not complete JSON. */
export interface UnendedLine {
  readonly number: number
  readonly bytes: number
}

/**
 * Cuts a journal into lines and holds one at a time. `from`: where in the journal the first chunk starts, which must be
 * the start of a line. A line longer than `maxLineBytes` comes without its bytes. `hash` gets everything that was read.
 * Returns the last line if it is incomplete: a till may be writing it right now.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  from: { readonly offset: number; readonly line: number },
  maxLineBytes: number,
  hash: PrefixHash,
): AsyncGenerator<JournalLine, UnendedLine | undefined> {
  let number = from.line
  let start = from.offset
  let parts: Buffer[] = []
  let lineBytes = 0

  function* finish(terminatorBytes: number): Generator<JournalLine> {
    // Copied: a view would keep the whole chunk for as long as the line waits.
    const bytes = lineBytes > maxLineBytes ? null : trimmed(withoutMark(start, Buffer.concat(parts)))
    const end = start + lineBytes + terminatorBytes
    if (bytes === null || bytes.length > 0) yield { number, start, end, bytes }
    number++
    start = end
    parts = []
    lineBytes = 0
  }

  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const newline = chunk.indexOf(LF, at)
      const stop = newline === -1 ? chunk.length : newline
      hash.add(start + lineBytes, chunk.subarray(at, stop + 1), newline !== -1)
      lineBytes += stop - at
      if (lineBytes <= maxLineBytes) parts.push(chunk.subarray(at, stop))
      else parts = []
      if (newline !== -1) yield* finish(1)
      at = stop + 1
    }
  }
  if (lineBytes === 0) return undefined
  if (lineBytes > maxLineBytes || !isWhole(trimmed(withoutMark(start, Buffer.concat(parts)))))
    return { number, bytes: lineBytes }
  hash.add(start + lineBytes, NOTHING, true)
  yield* finish(0)
  return undefined
}

/** Whether a line is complete: a JSON object or array, or blank. */
export function isWhole(line: Buffer): boolean {
  if (line.length === 0) return true
  try {
    const value: unknown = JSON.parse(line.toString())
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}

/** Some programs begin every text file in UTF-8 with a byte order mark. It does not belong to the first invoice. */
function withoutMark(start: number, line: Buffer): Buffer {
  return start === 0 && line.subarray(0, 3).equals(BYTE_ORDER_MARK) ? line.subarray(3) : line
}

function trimmed(line: Buffer): Buffer {
  let start = 0
  let end = line.length
  while (start < end && isSpace(line[start])) start++
  while (end > start && isSpace(line[end - 1])) end--
  return line.subarray(start, end)
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === CR || byte === TAB
}
