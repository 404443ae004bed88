/** The part of a terminal that a status line needs; `process.stderr` is one. */
export interface TerminalOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** One line that is written over again and again. */
export interface StatusLine {
  /** Shows the text, unless the line was drawn just now; with `isLast` in any case. */
  update(text: string, isLast?: boolean): void
  /** Wipes the line. */
  end(): void
}

const REDRAW_MS = 100

/** A status line on a terminal, redrawn ten times a second at the most; on anything else it writes nothing. */
export function createStatusLine(output: TerminalOutput, nowMs = () => performance.now()): StatusLine {
  if (!output.isTTY) return { update: () => {}, end: () => {} }
  let drawnAtMs = Number.NEGATIVE_INFINITY
  let isDrawn = false
  return {
    update(text, isLast = false) {
      if (nowMs() - drawnAtMs < REDRAW_MS && !isLast) return
      drawnAtMs = nowMs()
      isDrawn = true
      output.write(`\r\x1b[K${text}`)
    },
    end() {
      if (isDrawn) output.write('\r\x1b[K')
      isDrawn = false
    },
  }
}
