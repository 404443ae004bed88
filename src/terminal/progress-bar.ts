const BAR_WIDTH = 24
const REDRAW_MS = 100

/** The part of a terminal that a bar needs; `process.stderr` is one. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** A progress bar in one line. */
export interface ProgressBar {
  update(label: string, done: number, total: number): void
  /** Wipes the line. */
  end(): void
}

/** A bar on a terminal, redrawn ten times a second at the most; on anything else it writes nothing. It counts `unit`. */
export function createProgressBar(output: ProgressOutput, unit: string, nowMs = () => performance.now()): ProgressBar {
  if (!output.isTTY) return { update: () => {}, end: () => {} }
  let drawnAtMs = Number.NEGATIVE_INFINITY
  let isDrawn = false
  return {
    update(label, done, total) {
      if (nowMs() - drawnAtMs < REDRAW_MS && done < total) return
      drawnAtMs = nowMs()
      isDrawn = true
      output.write(`\r\x1b[K${barText(label, done, total, unit)}`)
    },
    end() {
      if (isDrawn) output.write('\r\x1b[K')
      isDrawn = false
    },
  }
}

function barText(label: string, done: number, total: number, unit: string): string {
  const share = total === 0 ? 1 : done / total
  const filled = Math.floor(share * BAR_WIDTH)
  const bar = '#'.repeat(filled) + '-'.repeat(BAR_WIDTH - filled)
  const percent = String(Math.floor(share * 100)).padStart(3)
  return `${label} [${bar}] ${percent} %  ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${unit}`
}
