/** Where the events of one viewer go: the answer to a request. */
export interface Stream {
  write(text: string): unknown
  end(): unknown
  destroy(): unknown
  /** Bytes that were written and not taken by the system yet. */
  readonly unreadBytes: () => number
  /** Called once when the connection is gone. */
  readonly onClose: (done: () => void) => void
}

export interface ViewerLimits {
  readonly maxViewers: number
  /** A viewer that has not read so much gets nothing more until it has. */
  readonly maxUnreadBytes: number
  /** After so many events in a row that it did not get, its connection is closed. */
  readonly maxSkipped: number
}

interface Viewer {
  readonly stream: Stream
  skipped: number
}

/** Everybody who watches. All get the same events. Whoever reads too slowly misses some, and is closed at last. */
export class Viewers {
  readonly #limits: ViewerLimits
  readonly #viewers = new Set<Viewer>()
  #isStopped = false

  constructor(limits: ViewerLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#viewers.size
  }

  get hasRoom(): boolean {
    return !this.#isStopped && this.#viewers.size < this.#limits.maxViewers
  }

  /** Adds a viewer; there must be room. `first`: what it gets at once. */
  add(stream: Stream, first: string): void {
    if (!this.hasRoom) throw new Error('no room for another viewer')
    const viewer = { stream, skipped: 0 }
    this.#viewers.add(viewer)
    stream.onClose(() => this.#viewers.delete(viewer))
    stream.write(first)
  }

  send(event: string): void {
    const { maxUnreadBytes, maxSkipped } = this.#limits
    for (const viewer of this.#viewers) {
      if (viewer.stream.unreadBytes() <= maxUnreadBytes) {
        viewer.skipped = 0
        viewer.stream.write(event)
      } else if (++viewer.skipped > maxSkipped) {
        this.#viewers.delete(viewer)
        viewer.stream.destroy()
      }
    }
  }

  /** Ends every stream, and takes nobody any more. */
  stop(): void {
    this.#isStopped = true
    for (const { stream } of this.#viewers) stream.end()
    this.#viewers.clear()
  }
}

/** One event of `text/event-stream`. JSON has no line breaks. */
export function eventText(name: string, content: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(content)}\n\n`
}
