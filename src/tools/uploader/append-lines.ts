import { type FileHandle, open } from 'node:fs/promises'
import { WriteError } from './write-error.ts'

const BLOCK_BYTES = 65_536
/** No line is longer: a journal's line is less than 8 MiB, and JSON makes it six times as long at most. */
const MAX_LINE_BYTES = 64 * 2 ** 20
const LF = 0x0a

/**
 * A file that lines are appended to. Only its owner has access. A failed append leaves nothing behind. Before the first
 * append, a last line without a line feed gets one if it is complete JSON (a person saved the file so); if not, a crash
 * cut it off, and it is removed. A file that begins otherwise is left as it is. One process at a time may append.
 */
export class AppendedLines {
  readonly file: string
  readonly #beginning: string
  #opened: Promise<FileHandle> | undefined
  #latest: Promise<void> = Promise.resolve()
  /** Length of the whole lines. */
  #bytes = 0
  /** Part of a failed line could not be removed; the next line would be mixed with it. */
  #isBroken = false

  /** `beginning`: how each line starts. */
  constructor(file: string, beginning: string) {
    this.file = file
    this.#beginning = beginning
  }

  /** Rejects with `WriteError` when the file cannot be written, or is something else. Optional: `append` opens the file too. */
  async open(): Promise<void> {
    await this.#open()
  }

  /**
   * Resolves when the lines are on the disk, behind those of earlier calls. Rejects with `WriteError` when they are not
   * in the file, or may not be; the next run removes what is left of them.
   */
  append(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return Promise.resolve()
    const written = this.#latest.then(() => this.#write(Buffer.from(`${lines.join('\n')}\n`)))
    this.#latest = written.catch(() => {})
    return written
  }

  async close(): Promise<void> {
    await this.#latest
    const handle = await this.#opened?.catch(() => undefined)
    await handle?.close()
  }

  async #write(lines: Buffer): Promise<void> {
    const handle = await this.#open()
    try {
      if (this.#isBroken) throw new Error('an earlier line was only partly written')
      await handle.appendFile(lines)
      await handle.datasync()
      this.#bytes += lines.length
    } catch (error) {
      await handle.truncate(this.#bytes).catch(() => {
        this.#isBroken = true
      })
      throw new WriteError(this.file, error)
    }
  }

  #open(): Promise<FileHandle> {
    this.#opened ??= this.#openWhole()
    return this.#opened
  }

  async #openWhole(): Promise<FileHandle> {
    const handle = await open(this.file, 'a+', 0o600).catch((error) => {
      throw new WriteError(this.file, error)
    })
    try {
      const { size } = await handle.stat()
      if (!(await isMine(handle, size, this.#beginning))) throw somethingElse()
      this.#bytes = await mendEnd(handle, size)
      return handle
    } catch (error) {
      await handle.close()
      throw new WriteError(this.file, error)
    }
  }
}

/** Rejects with `WriteError` if there is a `file` that such lines would not be added to. Changes nothing. */
export async function assertAppendable(file: string, beginning: string): Promise<void> {
  try {
    await using handle = await open(file)
    const { size } = await handle.stat()
    if (!(await isMine(handle, size, beginning))) throw somethingElse()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new WriteError(file, error)
  }
}

/** A file that does not begin as a line does belongs to somebody else. */
async function isMine(handle: FileHandle, size: number, beginning: string): Promise<boolean> {
  const start = Buffer.alloc(Math.min(size, beginning.length))
  await handle.read(start, 0, start.length, 0)
  return beginning.startsWith(start.toString())
}

function somethingElse(): Error {
  return new Error('it holds something else: is it the right file?')
}

/** Resolves with the length of the file when its last line has an end. */
async function mendEnd(handle: FileHandle, size: number): Promise<number> {
  const wholeBytes = await wholeLinesBytes(handle, size)
  if (wholeBytes === size) return size
  if (size - wholeBytes > MAX_LINE_BYTES) throw somethingElse()
  const last = Buffer.alloc(size - wholeBytes)
  await handle.read(last, 0, last.length, wholeBytes)
  if (isJson(last)) {
    await handle.appendFile('\n')
    return size + 1
  }
  await handle.truncate(wholeBytes)
  return wholeBytes
}

function isJson(line: Buffer): boolean {
  try {
    JSON.parse(line.toString())
    return true
  } catch {
    return false
  }
}

/** The length of a file up to and including its last line feed. */
async function wholeLinesBytes(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(BLOCK_BYTES)
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - BLOCK_BYTES)
    const { bytesRead } = await handle.read(block, 0, end - from, from)
    const newline = block.subarray(0, bytesRead).lastIndexOf(LF)
    if (newline !== -1) return from + newline + 1
    end = from
  }
  return 0
}
