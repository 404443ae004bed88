import { type FileHandle, open } from 'node:fs/promises'
import { WriteError } from './write-error.ts'

const BLOCK_BYTES = 65_536
const LF = 0x0a

/**
 * A file that lines are added to, with access for its owner only. Lines that could not be added as a whole leave
 * nothing behind; a last line without an end is one that a crash cut off, and is taken away before the first one is
 * added. One process at a time may do this.
 */
export class AppendedLines {
  readonly file: string
  readonly #beginning: Buffer
  #opened: Promise<FileHandle> | undefined
  #latest: Promise<void> = Promise.resolve()
  /** Of whole lines. */
  #bytes = 0
  /** What is left of a line could not be taken away: another one would be mixed with it. */
  #isBroken = false

  /** `beginning`: how each line starts. */
  constructor(file: string, beginning: string) {
    this.file = file
    this.#beginning = Buffer.from(beginning)
  }

  /** Rejects when the file cannot be written. Need not be called: `append` does. */
  async open(): Promise<void> {
    await this.#open()
  }

  /**
   * When it resolves, the lines are on the disk, behind those of earlier calls. Rejects with `WriteError` when they are
   * not in the file, or it cannot be told; the next run takes away what is left of them.
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
      if (this.#isBroken) throw new Error('an earlier line was not written to its end')
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

  /** A file that holds no whole line, and begins otherwise than a line would, is somebody else's. */
  async #assertMine(handle: FileHandle, size: number): Promise<void> {
    const start = Buffer.alloc(Math.min(size, this.#beginning.length))
    await handle.read(start, 0, start.length, 0)
    if (!start.equals(this.#beginning.subarray(0, start.length)))
      throw new Error(`${this.file} has no lines that belong there: is it the right file?`)
  }
}

/** How many of the first bytes of a file are lines with their ends. */
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
