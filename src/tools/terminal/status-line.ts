import { columnsOf } from './columns.ts'

/** The part of a terminal that a status line needs; `process.stderr` is one. */
export interface TerminalOutput {
  readonly isTTY?: boolean
  /** How wide it is. */
  readonly columns?: number
  write(text: string): unknown
}

/** One line that is written over again and again. */
export interface StatusLine {
  /** Shows the text, unless the line was drawn just now. With `isLast` it always does. */
  update(text: string, isLast?: boolean): void
  /** Wipes the line. */
  end(): void
}

export interface StatusLineOptions {
  readonly nowMs?: () => number
  /** How often the text is written, as a line of its own, if the output is not a terminal. Default: never. */
  readonly plainEveryMs?: number
}

const REDRAW_MS = 100

/**
 * A status line on a terminal, redrawn at most ten times a second and cut at the terminal's width. On anything
 * else it writes nothing, or a plain line now and then.
 */
export function createStatusLine(output: TerminalOutput, options: StatusLineOptions = {}): StatusLine {
  const { nowMs = () => performance.now(), plainEveryMs } = options
  if (!output.isTTY) return createPlainLines(output, nowMs, plainEveryMs)
  let drawnAtMs = Number.NEGATIVE_INFINITY
  let isDrawn = false
  return {
    update(text, isLast = false) {
      if (nowMs() - drawnAtMs < REDRAW_MS && !isLast) return
      drawnAtMs = nowMs()
      isDrawn = true
      output.write(`\r\x1b[K${text.slice(0, lineLength(output))}`)
    },
    end() {
      if (isDrawn) output.write('\r\x1b[K')
      isDrawn = false
    },
  }
}

/** How many characters a line on this terminal may have: one less than it is wide, because some wrap a full line. */
export function lineLength(output: TerminalOutput): number {
  return columnsOf(output, process.env) - 1
}

function createPlainLines(output: TerminalOutput, nowMs: () => number, everyMs = Number.POSITIVE_INFINITY): StatusLine {
  let writtenAtMs = nowMs()
  return {
    update(text) {
      if (nowMs() - writtenAtMs < everyMs) return
      writtenAtMs = nowMs()
      output.write(`${text}\n`)
    },
    end: () => {},
  }
}
