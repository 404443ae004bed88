import { type FileHandle, open } from 'node:fs/promises'

const TAIL_BYTES = 65_536
const LF = 0x0a

/**
 * A file that lines are added to. A last line without an end is one that a crash cut off: it is taken away before the
 * first line is added. Made with access for its owner only.
 */
export class AppendedLines {
  readonly file: string
  #handle: Promise<FileHandle> | undefined
  #latest: Promise<void> = Promise.resolve()

  constructor(file: string) {
    this.file = file
  }

  /** Rejects when the file cannot be written. Need not be called: `append` does. */
  async open(): Promise<void> {
    this.#handle ??= openWhole(this.file)
    await this.#handle
  }

  /** When it resolves, the lines are on the disk, behind those of earlier calls. */
  append(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return Promise.resolve()
    const write = async () => {
      await this.open()
      const handle = (await this.#handle) as FileHandle
      await handle.appendFile(`${lines.join('\n')}\n`)
      await handle.datasync()
    }
    const written = this.#latest.then(write)
    this.#latest = written.catch(() => {})
    return written
  }

  async close(): Promise<void> {
    await this.#latest
    const handle = await this.#handle?.catch(() => undefined)
    await handle?.close()
  }
}

async function openWhole(file: string): Promise<FileHandle> {
  const handle = await open(file, 'a+', 0o600)
  try {
    const { size } = await handle.stat()
    const from = Math.max(0, size - TAIL_BYTES)
    const tail = Buffer.alloc(size - from)
    await handle.read(tail, 0, tail.length, from)
    const end = tail.lastIndexOf(LF) + 1
    if (end === 0 && tail.length > 0) throw new Error(`${file} has no lines: is it the right file?`)
    if (end < tail.length) await handle.truncate(from + end)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}
