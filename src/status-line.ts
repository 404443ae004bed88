/** The part of a terminal that a status line needs; `process.stderr` is one. */
export interface StatusOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** One line that is written over again and again. */
export interface StatusLine {
  update(text: string): void
  /** Wipes the line. */
  end(): void
}

const REDRAW_MS = 200

/** A status line on a terminal, redrawn five times a second at the most; on anything else it writes nothing. */
export function createStatusLine(output: StatusOutput, nowMs = () => performance.now()): StatusLine {
  if (!output.isTTY) return { update: () => {}, end: () => {} }
  let drawnAtMs = Number.NEGATIVE_INFINITY
  return {
    update(text) {
      if (nowMs() - drawnAtMs < REDRAW_MS) return
      drawnAtMs = nowMs()
      output.write(`\r\x1b[K${text}`)
    },
    end() {
      if (drawnAtMs > Number.NEGATIVE_INFINITY) output.write('\r\x1b[K')
      drawnAtMs = Number.NEGATIVE_INFINITY
    },
  }
}
