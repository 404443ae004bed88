import { fileText } from '../file-text.ts'

/** How often files of keys and revocations are read again. */
const REREAD_MS = 10_000

export interface WatchedFileOptions<T> {
  readonly file: string
  readonly read: (text: string) => T
  /** Called when a new content could not be read, once for each reason. The value before stays. */
  readonly onTrouble: (reason: string) => void
  readonly onChange?: (value: T) => void
}

/**
 * The content of a file that somebody may replace at any time. It is read again every ten seconds: in a container its
 * folder is often a mount whose changes are not signalled.
 */
export class WatchedFile<T> {
  readonly #options: WatchedFileOptions<T>
  readonly #timer: NodeJS.Timeout
  #text: string
  #value: T
  #trouble: string | undefined

  private constructor(options: WatchedFileOptions<T>, text: string, value: T) {
    this.#options = options
    this.#text = text
    this.#value = value
    this.#timer = setInterval(() => this.reread(), REREAD_MS)
  }

  /** Rejects when the file cannot be read at the start: a gateway must not run with half of its settings. */
  static async open<T>(options: WatchedFileOptions<T>): Promise<WatchedFile<T>> {
    const text = await fileText(options.file)
    return new WatchedFile(options, text, readIn(options, text))
  }

  get value(): T {
    return this.#value
  }

  /** Why the latest content could not be read; undefined if it could. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** Reads the file now. Never rejects. */
  async reread(): Promise<void> {
    const { onTrouble, onChange } = this.#options
    try {
      const text = await fileText(this.#options.file)
      if (text !== this.#text) {
        this.#value = readIn(this.#options, text)
        this.#text = text
        onChange?.(this.#value)
      }
      this.#trouble = undefined
    } catch (error) {
      const reason = (error as Error).message
      if (reason !== this.#trouble) onTrouble(reason)
      this.#trouble = reason
    }
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

function readIn<T>({ file, read }: WatchedFileOptions<T>, text: string): T {
  try {
    return read(text)
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error })
  }
}
