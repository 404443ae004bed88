import { type FileHandle, open } from 'node:fs/promises'
import { WriteError } from './write-error.ts'

const BLOCK_BYTES = 65_536
const LF = 0x0a

/**
 * A file that lines are appended to. Only its owner has access. A failed append leaves nothing behind. A last line
 * without a line feed was cut off by a crash; it is removed before the first append. One process at a time may append.
 */
export class AppendedLines {
  readonly file: string
  readonly #beginning: Buffer
  #opened: Promise<FileHandle> | undefined
  #latest: Promise<void> = Promise.resolve()
  /** Length of the whole lines. */
  #bytes = 0
  /** Part of a failed line could not be removed; the next line would be mixed with it. */
  #isBroken = false

  /** `beginning`: how each line starts. */
  constructor(file: string, beginning: string) {
    this.file = file
    this.#beginning = Buffer.from(beginning)
  }

  /** Rejects when the file cannot be written. Optional: `append` opens the file too. */
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
      this.#bytes = await wholeLinesBytes(handle, size)
      if (this.#bytes === 0) await this.#assertMine(handle, size)
      if (this.#bytes < size) await handle.truncate(this.#bytes)
      return handle
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** A file without a whole line that does not begin as a line does belongs to somebody else. */
  async #assertMine(handle: FileHandle, size: number): Promise<void> {
    const start = Buffer.alloc(Math.min(size, this.#beginning.length))
    await handle.read(start, 0, start.length, 0)
    if (!start.equals(this.#beginning.subarray(0, start.length)))
      throw new Error(`${this.file} holds something else: is it the right file?`)
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
